/** Gives a canvas a size in CSS pixels and clears it; what is drawn is in CSS pixels too, and sharp. */
export function prepare(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = devicePixelRatio
  const [columns, lines] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== columns || canvas.height !== lines) {
    canvas.width = columns
    canvas.height = lines
    canvas.style.width = `${width}px`
    canvas.style.height = `${height}px`
  }
  const context = canvas.getContext('2d')!
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)
  return context
}

export const font = '12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif'

/** A text cut to a width in CSS pixels; empty where not even its beginning has room. */
export function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  // No letter is wider, so that long names need not be measured.
  const start = text.slice(0, Math.max(0, Math.ceil(width / 2)))
  if (start.length === text.length && context.measureText(text).width <= width) return text
  let low = 0
  let high = start.length
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (context.measureText(`${start.slice(0, middle)}…`).width <= width) low = middle
    else high = middle - 1
  }
  return low < 2 ? '' : `${start.slice(0, low)}…`
}
