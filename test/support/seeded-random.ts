/** Park and Miller's generator: uniform in (0, 1), so that a failing run can be repeated by its seed. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

export function anySeed(): number {
  return 1 + Math.floor(Math.random() * 2_147_483_645);
}
