// What a step took out of a passage.

/**
 * The text at a passage's place in parts, each `[text, whether it stays]`; null where words were written anew.
 *
 * Pieces are those of the server's `shortened`, with offsets of the source: `[length, from]` of characters that stay,
 * `[0, from, to]` of white space that nobody misses, `[length, from, to]` of words written anew. Offsets count
 * characters as Python does: what lies outside the basic plane is one, not two.
 */
export function struck(whole, start, pieces) {
  if (pieces.some(([length, , to]) => length > 0 && to !== undefined)) return null;
  const points = Array.from(whole);
  const stays = new Array(points.length).fill(false);
  for (const [length, from, to] of pieces) stays.fill(true, from - start, (to ?? from + length) - start);
  const parts = [];
  points.forEach((point, at) => {
    if (at > 0 && stays[at] === stays[at - 1]) parts.at(-1)[0] += point;
    else parts.push([point, stays[at]]);
  });
  return parts;
}
