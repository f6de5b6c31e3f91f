// Drawings of types of work on a grid of 48: what is filled softly, and the lines over it.

interface Drawing {
  fill: string;
  line: string;
}

const box: Drawing = {
  fill: 'M8 18h32v20H8z',
  line: 'M8 18h32v20H8zM8 18l6-8h20l6 8M24 10v8M20 26h8',
};

const drawings: Record<string, Drawing> = {
  sole: {
    fill: 'M22 5c6-1 10 4 9 12-1 6-3 8-2 13 1 4 2 5 2 8 0 4-3 6-6 6s-6-2-6-6c0-4 1-6 0-11' +
      '-1-4-4-6-4-12 0-6 3-9 7-10z',
    line: 'M22 5c6-1 10 4 9 12-1 6-3 8-2 13 1 4 2 5 2 8 0 4-3 6-6 6s-6-2-6-6c0-4 1-6 0-11' +
      '-1-4-4-6-4-12 0-6 3-9 7-10zM38 8v6M38 19v6M38 30v6M8 8v6M8 19v6M8 30v6',
  },
  upper: {
    fill: 'M6 37V20l9-8 6 9 11 4c6 2 9 5 10 12z',
    line: 'M6 37V20l9-8 6 9 11 4c6 2 9 5 10 12zM17 24l4-3M22 27l4-4M27 29l4-4M6 31h36',
  },
  engrave: {
    fill: 'M6 30h36v12H6z',
    line: 'M6 30h36v12H6zM18 4h12v8l-6 5-6-5zM24 17v13M17 25l3 2M31 25l-3 2M12 36h8M26 36h10',
  },
  pearl: {
    fill: 'M6 34c4-16 32-16 36 0l-8 6c-4-8-16-8-20 0z',
    line: 'M6 34c4-16 32-16 36 0l-8 6c-4-8-16-8-20 0zM12 31a2 2 0 1 0 .1 0M19 26a2 2 0 1 0 .1 0' +
      'M29 26a2 2 0 1 0 .1 0M36 31a2 2 0 1 0 .1 0M24 6v8M20 10h8',
  },
  pattern: {
    fill: 'M6 40V12l28 28z',
    line: 'M6 40V12l28 28zM13 34v-8l8 8zM42 6L28 20l-2 7 7-2L46 11zM38 10l4 4',
  },
  stitch: {
    fill: 'M6 28h36v12H6z',
    line: 'M6 28h36v12H6zM10 34h4M18 34h4M26 34h4M34 34h4M30 4l-6 20M30 4a3 3 0 1 1-2 5' +
      'M28 9c-8 0-16 2-14 9s8 2 10 6',
  },
  polish: {
    fill: 'M18 8a14 14 0 1 0 .1 0z',
    line: 'M18 8a14 14 0 1 0 .1 0zM18 18a4 4 0 1 0 .1 0zM36 14l4-4M38 22h6M36 30l5 3M6 42h36',
  },
  mould: {
    fill: 'M8 6h32v12H8zM8 30h32v12H8z',
    line: 'M8 6h32v12h-9c-1-4-13-4-14 0H8zM8 30h9c1 4 13 4 14 0h9v12H8zM24 21v6M21 24l3 3 3-3',
  },
  shred: {
    fill: 'M8 6h32l-8 14H16z',
    line: 'M8 6h32l-8 14H16zM19 20a5 5 0 1 0 .1 0M29 20a5 5 0 1 0 .1 0M14 36l4 3-4 3z' +
      'M24 36l4 3-4 3zM34 36l4 3-4 3z',
  },
  weld: {
    fill: 'M6 34h36v8H6z',
    line: 'M6 34h36v8H6zM40 6L26 22M44 10L30 26M26 22l4 4-6 4zM20 30l-4-2M21 25l-3-4M16 34l-6-3',
  },
};

/** Of a type that is not known a parcel: something is made of it. */
export const drawingOf = (work: string): Drawing => drawings[work] ?? box;

/** The types that have a word and a drawing, to choose from. */
export const knownWorks = Object.keys(drawings);
