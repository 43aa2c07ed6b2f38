export const sibling = 'sibling';
