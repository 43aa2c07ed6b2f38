export default 1; // expect: lint/style/noDefaultExport
