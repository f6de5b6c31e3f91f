// Line drawings on a grid of 24.

export const icons = {
  home: 'M4 11l8-7 8 7v9h-6v-6h-4v6H4z',
  plus: 'M12 5v14M5 12h14',
  calendar: 'M5 6h14v14H5zM5 10h14M9 3v4M15 3v4',
  bolt: 'M13 3L5 14h6l-1 7 9-12h-7z',
  bill: 'M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6',
  question: 'M9 9a3 3 0 1 1 4 2.8c-1 .5-1 1.2-1 2.2M12 17.5v.1',
  bars: 'M4 6h9M7 12h10M4 18h7M20 4v16',
  stamp: 'M5 20h14M7 16h10v-3l-3-1V5a2 2 0 0 0-4 0v7l-3 1z',
  cash: 'M3 7h18v10H3zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M6 12h.1M18 12h.1',
  book: 'M5 4h12a2 2 0 0 1 2 2v14H7a2 2 0 0 1-2-2zM5 17h14M9 8h6',
  shop: 'M4 9l2-5h12l2 5M4 9v11h16V9M4 9h16M10 20v-6h4v6',
  people:
    'M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6M3 20c0-4 3-6 6-6s6 2 6 6' +
    'M16 5a3 3 0 0 1 0 6M17 14c3 0 4 3 4 6',
  chip: 'M7 7h10v10H7zM10 3v4M14 3v4M10 17v4M14 17v4M3 10h4M3 14h4M17 10h4M17 14h4',
  wire: 'M3 6h18M7 6v7M17 6v7M4 13h6v6H4zM14 13h6v6h-6z',
  tag: 'M4 4h8l8 8-8 8-8-8zM8 8h.1',
  eye: 'M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6',
  more: 'M5 12h.1M12 12h.1M19 12h.1',
  play: 'M8 5l11 7-11 7z',
  pause: 'M8 5v14M16 5v14',
  stop: 'M6 6h12v12H6z',
  check: 'M5 13l4 4L19 7',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 8v4l3 2',
  warning: 'M12 4l9 16H3zM12 10v4M12 17v.1',
  wrench: 'M14 6a4 4 0 0 1 5-2l-3 3 1 2 2 1 3-3a4 4 0 0 1-6 5l-8 8-3-3 8-8a4 4 0 0 1 1-3',
  moon: 'M19 14a8 8 0 0 1-9-10 8 8 0 1 0 9 10',
  close: 'M6 6l12 12M18 6L6 18',
  back: 'M15 5l-7 7 7 7',
  next: 'M9 5l7 7-7 7',
  search: 'M10 4a6 6 0 1 0 0 12 6 6 0 0 0 0-12M15 15l5 5',
  refresh: 'M19 12a7 7 0 1 1-2-5l2 2M19 4v5h-5',
  download: 'M12 4v11M7 10l5 5 5-5M5 20h14',
  print: 'M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z',
  exit: 'M14 4H5v16h9M10 12h10M16 8l4 4-4 4',
  globe: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18',
  laser: 'M12 3v9M9 3h6M12 12l-4 8M12 12l4 8M4 20h16',
  press: 'M4 4h16M12 4v6M7 10h10v4H7zM4 20h16M8 17h8',
  pearl:
    'M8 8a3 3 0 1 0 0 6 3 3 0 0 0 0-6M16 5a2.5 2.5 0 1 0 0 5M16 13a3 3 0 1 0 0 6 3 3 0 0 0 0-6',
  cad: 'M4 5h16v11H4zM9 20h6M12 16v4M8 12l3-3 2 2 3-3',
  recycler: 'M9 5l3-2 3 5M12 3L8 9M20 13l-1 5h-6M15 15l-2 3 2 3M4 13l3 5h3M4 13l2-4 3 2',
  machine: 'M4 20V10h10v10M14 14h6v6M2 20h20M7 10V5h4v5',
} as const;

export type IconName = keyof typeof icons;
