/** Names this life of the runner: numbers of lines count within it. */
export const EPOCH: string = crypto.randomUUID();
