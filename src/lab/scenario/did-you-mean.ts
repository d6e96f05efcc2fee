/** Edits (insert, delete, replace, swap neighbours) that turn `a` into `b`: the optimal string alignment distance. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(replace, last[j] + 1, row[j - 1] + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length];
}

const LONGEST_WORD = 64;

/** The known word that `word` was probably meant to be, or null when none is near. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  return nearestWords(word, known, 1)[0] ?? null;
}

/** The known words that `word` may have been meant to be, the nearest first; none when none is near. */
export function nearestWords(word: string, known: readonly string[], most: number): string[] {
  if (word.length > LONGEST_WORD) return [];
  const farthest = Math.max(1, Math.floor(word.length / 3));
  return known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= farthest)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** "did you mean 'seed'?", or the list of what there is to choose from. */
export function suggest(word: string, known: readonly string[], what: string): string {
  const nearest = nearestWord(word, known);
  if (nearest !== null) return `did you mean '${nearest}'?`;
  return known.length === 0
    ? `there is no ${what}`
    : `${what}: ${known.slice(0, 20).join(", ")}${known.length > 20 ? ", ..." : ""}`;
}
