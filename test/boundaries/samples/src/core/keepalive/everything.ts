export * from './neighbour.ts'; // expect: lint/performance/noBarrelFile expect: lint/performance/noReExportAll
