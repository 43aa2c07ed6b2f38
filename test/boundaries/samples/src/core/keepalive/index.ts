export { neighbour } from './neighbour.ts'; // expect: lint/performance/noBarrelFile
