// Word by word differences of two texts: Myers' shortest edit script on words and the blanks between them.

const MOST_EDITS = 4000;

/** Return [{kind: "same" | "in" | "out", text}], null if the texts share too little to compare. */
export function diffWords(from, to) {
  const before = tokens(from);
  const after = tokens(to);
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let tail = 0;
  const most = Math.min(before.length, after.length) - start;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const script = edits(before.slice(start, before.length - tail), after.slice(start, after.length - tail));
  if (script === null) return null;
  const same = (words) => words.map((text) => ({ kind: "same", text }));
  return merged([...same(before.slice(0, start)), ...script, ...same(before.slice(before.length - tail))]);
}

function tokens(text) {
  return text.match(/\s+|[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) || [];
}

function edits(before, after) {
  const trace = [];
  const most = Math.min(before.length + after.length, MOST_EDITS);
  let reach = new Map([[1, 0]]);
  for (let d = 0; d <= most; d += 1) {
    trace.push(new Map(reach));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
      let x = down ? reach.get(k + 1) : reach.get(k - 1) + 1;
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x += 1;
      reach.set(k, x);
      if (x >= before.length && x - k >= after.length) return backtrack(trace, before, after);
    }
  }
  return null;
}

function backtrack(trace, before, after) {
  const script = [];
  let [x, y] = [before.length, after.length];
  for (let d = trace.length - 1; d >= 0; d -= 1) {
    const reach = trace[d];
    const k = x - y;
    const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
    const previous = down ? k + 1 : k - 1;
    const fromX = reach.get(previous);
    const fromY = fromX - previous;
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      script.push({ kind: "same", text: before[x - 1] });
      x -= 1;
      y -= 1;
    }
    if (d === 0) break;
    if (down) script.push({ kind: "in", text: after[y - 1] });
    else script.push({ kind: "out", text: before[x - 1] });
    [x, y] = [fromX, fromY];
  }
  return script.reverse();
}

/**
 * Join neighbours of one kind, a deletion before the insertion that replaces it. Blanks and commas that two
 * changes happen to share belong to the changes: a line of single struck words is hard to read.
 */
function merged(script) {
  const parts = [];
  let [gone, come, shared] = ["", "", ""];
  const flush = () => {
    if (gone) parts.push({ kind: "out", text: gone });
    if (come) parts.push({ kind: "in", text: come });
    if (shared) parts.push({ kind: "same", text: shared });
    [gone, come, shared] = ["", "", ""];
  };
  for (const { kind, text } of script) {
    if (kind === "same") {
      const isMinor = !/[\p{L}\p{N}\n]/u.test(text);
      if (isMinor && (gone || come)) shared += text;
      else {
        flush();
        parts.push({ kind, text });
      }
      continue;
    }
    if (shared) {
      gone += shared;
      come += shared;
      shared = "";
    }
    if (kind === "out") gone += text;
    else come += text;
  }
  flush();
  return joined(parts);
}

function joined(parts) {
  const found = [];
  for (const part of parts) {
    const last = found[found.length - 1];
    if (last && last.kind === part.kind) last.text += part.text;
    else found.push({ ...part });
  }
  return found;
}
