export type Neighbour = string;
export const neighbour = 'neighbour';
