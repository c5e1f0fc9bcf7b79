// Draws charts that can be pointed at, where the server drew plain ones: <figure class="ts-chart" data-chart> with an SVG and a
// <script type="application/json"> that holds {labels, inverse, series: [{name, values, strong}]}.
import { LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

const css = getComputedStyle(document.documentElement);
const colour = (name) => css.getPropertyValue(name).trim();
const language = document.documentElement.lang;

function draw(figure) {
  const data = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const svg = figure.querySelector("svg");
  const canvas = document.createElement("div");
  canvas.className = "ts-canvas";
  // The table beneath and the SVG's own text stay for those who do not see the canvas, and the SVG for paper.
  canvas.setAttribute("aria-hidden", "true");
  if (data.series.length > 4) canvas.classList.add("ts-canvas-tall");
  svg.after(canvas);
  figure.classList.add("ts-chart-live");
  const few = data.series.length <= 4;
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: data.decimals ?? 4 });
  const chart = init(canvas, null, { renderer: "canvas" });
  chart.setOption({
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 14, color: colour("--ink") },
    grid: { left: 8, right: few ? 24 : 8, top: 16, bottom: 8, containLabel: true },
    // Rich text, since a tooltip of HTML would want inline styles, which the page's policy refuses.
    tooltip: { trigger: few ? "axis" : "item", renderMode: "richText", confine: true, valueFormatter: (v) => (v == null ? "–" : number.format(v)),
      formatter: few ? undefined : (p) => `${p.seriesName}\n${p.name}: ${number.format(p.value)}` },
    xAxis: { type: "category", data: data.labels, boundaryGap: false, axisTick: { show: false },
      axisLabel: { margin: 12, showMinLabel: true, showMaxLabel: true, alignMinLabel: "left", alignMaxLabel: "right" } },
    yAxis: { type: "value", inverse: data.inverse, minInterval: data.decimals === 0 ? 1 : 0, min: data.min, max: data.max, scale: true,
      // Of ranks the lowest one drawn is no round number.
      axisLabel: { formatter: (v) => number.format(v), showMaxLabel: !data.inverse || data.max % 10 === 0 }, splitLine: { lineStyle: { color: colour("--line") } } },
    series: data.series.map((s) => ({
      name: s.name,
      type: "line",
      data: s.values,
      connectNulls: false,
      showSymbol: true,
      symbolSize: s.strong ? 9 : 5,
      z: s.strong ? 5 : 2,
      itemStyle: { color: colour(s.strong ? "--brand" : few ? "--bar" : "--bar-soft") },
      lineStyle: { width: s.strong ? 3 : 1.5 },
      emphasis: { focus: few ? "none" : "series", lineStyle: { width: 3, color: colour(s.strong ? "--brand" : "--bar") } },
    })),
  });
  new ResizeObserver(() => chart.resize()).observe(canvas);
}

document.querySelectorAll("[data-chart]").forEach(draw);
