// Draws a chart from the table that stands below it: one truth, and the page says the same without this file.
//   <div class="chart" data-chart="bar" data-of="TABLE-ID" data-columns="KEY KEY"></div>
// A column is found by its head's data-column, a number by its cell's data-value, a name by the row's first cell.
(() => {
  "use strict";
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const read = (table, keys) => {
    const heads = [...table.tHead.rows[0].cells], rows = [...table.tBodies[0].rows];
    const columns = keys.map((key) => heads.findIndex((head) => head.dataset.column === key));
    return {
      names: rows.map((row) => row.cells[0].textContent.trim()),
      series: columns.map((column) => ({ name: heads[column].textContent.trim(), data: rows.map((row) => Number(row.cells[column].dataset.value)) })),
    };
  };

  const draw = (box) => {
    const table = document.getElementById(box.dataset.of);
    if (!table || !window.echarts) return;
    const { names, series } = read(table, box.dataset.columns.split(" "));
    const body = getComputedStyle(document.body), size = parseFloat(body.fontSize) - 2;
    const chart = echarts.init(box, null, { renderer: "svg" });
    chart.setOption({
      animation: !calm,
      aria: { enabled: false },
      color: [colour("--chart-1"), colour("--chart-2"), colour("--chart-3"), colour("--chart-4")],
      textStyle: { fontFamily: body.fontFamily, fontSize: size },
      grid: { left: 8, right: 8, top: 48, bottom: 8, containLabel: true },
      legend: { top: 8, left: 0, itemGap: 16, textStyle: { fontSize: size } },
      // The content security policy allows no style in text that a script writes.
      tooltip: { trigger: "axis", renderMode: "richText" },
      xAxis: { type: "category", data: names, axisLabel: { fontSize: size, hideOverlap: true } },
      yAxis: { type: "value", minInterval: 1, axisLabel: { fontSize: size } },
      series: series.map((one) => ({ ...one, type: box.dataset.chart, barMaxWidth: 28 })),
    });
    new ResizeObserver(() => chart.resize()).observe(box);
  };
  addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-chart]").forEach(draw));
})();
