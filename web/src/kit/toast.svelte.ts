// A short word about what has just been done, or has not.

let text = $state('');
let good = $state(true);
let timer: ReturnType<typeof setTimeout> | undefined;

export const toast = {
  get text() {
    return text;
  },
  /** What was wanted has been done. */
  get good() {
    return good;
  },
};

export function say(words: string, done = true): void {
  text = words;
  good = done;
  clearTimeout(timer);
  timer = setTimeout(() => (text = ''), 6000);
}
