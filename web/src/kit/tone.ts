/** What a colour means, wherever it appears. */
export type Tone = 'free' | 'next' | 'run' | 'bad' | 'off';
