// Loaded before every command (node --import), in plain JavaScript, so that an old Node says what is wrong in one line.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 15)) {
  console.error(
    `This needs Node 22.15 or newer, and this is Node ${process.versions.node}. ` +
      'Run it through npm (npm start, npm test): on Linux and Windows "npm ci" installs Node 24 for them.',
  );
  process.exit(1);
}
