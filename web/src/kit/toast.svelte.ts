// A short word about what has just been done.

let text = $state('');
let timer: ReturnType<typeof setTimeout> | undefined;

export const toast = {
  get text() {
    return text;
  },
};

export function say(words: string): void {
  text = words;
  clearTimeout(timer);
  timer = setTimeout(() => (text = ''), 6000);
}
