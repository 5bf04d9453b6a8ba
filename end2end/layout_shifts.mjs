// What moves by itself on a page that opens (web.dev/cls).

/** Every shift since the page opened, with how far and what; for `page.evaluate`. */
export async function layoutShifts() {
  const seen = []
  const observer = new PerformanceObserver((list) => seen.push(...list.getEntries()))
  observer.observe({ type: 'layout-shift', buffered: true })
  // What is buffered is handed over in a task of its own, after the frame.
  for (let frame = 0; frame < 2; frame += 1) await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
  observer.disconnect()
  const place = ({ x, y }) => `${Math.round(x)},${Math.round(y)}`
  return seen.flatMap(({ sources }) =>
    sources.map(({ node, previousRect, currentRect }) => {
      const element = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node
      return `${element?.outerHTML.slice(0, 120)} from ${place(previousRect)} to ${place(currentRect)}`
    }),
  )
}
