// How uPlot draws a trace of power.

import uPlot from 'uplot';
import type { Trace } from '../../api/types.ts';
import { power } from '../../i18n/amounts.ts';
import type { Language } from '../../i18n/digits.ts';
import { clockText, wallOf } from '../../i18n/time.ts';
import { gapsOf } from './trace.ts';

interface Drawing {
  trace: Trace;
  start: number;
  stop: number;
  language: Language;
  zone: string;
  width: number;
}

const HEIGHT = 260;
const FONT = '13px system-ui, sans-serif';

const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name);

function hatch(context: CanvasRenderingContext2D, left: number, width: number, box: DOMRect) {
  context.save();
  context.beginPath();
  context.rect(left, box.y, width, box.height);
  context.clip();
  context.strokeStyle = token('--edge');
  context.lineWidth = devicePixelRatio;
  const step = 8 * devicePixelRatio;
  for (let x = left - box.height; x < left + width; x += step) {
    context.moveTo(x, box.y + box.height);
    context.lineTo(x + box.height, box.y);
  }
  context.stroke();
  context.restore();
}

function plotBox(chart: uPlot): DOMRect {
  const { left, top, width, height } = chart.bbox;
  return new DOMRect(left, top, width, height);
}

/** Left edge and width on the canvas of a stretch of seconds, within the plot. */
function placed(chart: uPlot, from: number, to: number): [number, number] {
  const box = plotBox(chart);
  const inside = (x: number) => Math.min(Math.max(x, box.left), box.right);
  const left = inside(chart.valToPos(from, 'x', true));
  return [left, inside(chart.valToPos(to, 'x', true)) - left];
}

function drawSpan(chart: uPlot, start: number, stop: number) {
  const box = plotBox(chart);
  const [left, width] = placed(chart, start / 1000, stop / 1000);
  chart.ctx.fillStyle = token('--accent-soft');
  chart.ctx.fillRect(left, box.y, width, box.height);
}

function drawGaps(chart: uPlot, trace: Trace) {
  for (const [from, to] of gapsOf(trace)) {
    const [left, width] = placed(chart, from, to);
    if (width > 0) hatch(chart.ctx, left, width, plotBox(chart));
  }
}

export function chartOptions(drawing: Drawing): uPlot.Options {
  const { trace, start, stop, language, zone, width } = drawing;
  const axis = { stroke: token('--quiet'), font: FONT, grid: { stroke: token('--line') },
    ticks: { stroke: token('--line') } };
  const line = token('--run');
  const face = (at: number, seconds: boolean) =>
    clockText(wallOf(at * 1000, zone), language, seconds);
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false } },
    scales: {
      x: { range: [Date.parse(trace.from) / 1000, Date.parse(trace.to) / 1000] },
      y: { range: (_, __, max) => [0, Math.max(10, max * 1.1)] },
    },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
    series: [
      {},
      { stroke: 'transparent', spanGaps: false, points: { show: false } },
      { stroke: 'transparent', spanGaps: false, points: { show: false } },
      { stroke: line, width: 2, spanGaps: false, points: { show: false } },
    ],
    bands: [{ series: [2, 1], fill: `color-mix(in srgb, ${line} 25%, transparent)` }],
    axes: [
      {
        ...axis,
        space: 80,
        values: (_, ticks, __, ___, apart) => ticks.map((at) => face(at, apart < 60)),
      },
      { ...axis, size: 84, values: (_, ticks) => ticks.map((watts) => power(watts, language)) },
    ],
    hooks: {
      drawClear: [(chart) => drawSpan(chart, start, stop), (chart) => drawGaps(chart, trace)],
    },
  };
}
