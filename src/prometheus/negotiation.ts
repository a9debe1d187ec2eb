interface Offer {
  name: string
  parameters: Map<string, string>
  quality: number
}

/** Whether a client would rather have OpenMetrics 1.0.0 than the older text format. */
export function prefersOpenMetrics(accept: string | undefined): boolean {
  const offers = parse(accept)
  const openMetrics = offers.filter(({ name, parameters }) => {
    return name === 'application/openmetrics-text' && (parameters.get('version') ?? '1.0.0') === '1.0.0'
  })
  const text = offers.filter(({ name }) => name === 'text/plain' || name === 'text/*' || name === '*/*')
  return best(openMetrics) > 0 && best(openMetrics) >= best(text)
}

export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return best(parse(acceptEncoding).filter(({ name }) => name === 'gzip')) > 0
}

function best(offers: readonly Offer[]): number {
  return Math.max(0, ...offers.map(({ quality }) => quality))
}

/** The entries of `Accept` and similar headers, with their quality values. */
function parse(header = ''): Offer[] {
  return header.split(',').map((offer) => {
    const [name = '', ...parts] = offer.split(';').map((part) => part.trim().toLowerCase())
    const parameters = new Map(parts.map((part) => part.split('=', 2) as [string, string]))
    const quality = Number(parameters.get('q') ?? 1)
    return { name, parameters, quality: Number.isNaN(quality) ? 0 : quality }
  })
}
