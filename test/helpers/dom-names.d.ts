/** What the types of playwright-core name of a browser's. Nothing here runs in one. */
interface Node {
  nodeType: number
}
interface HTMLElement extends Node {
  tagName: string
}
interface SVGElement extends Node {
  tagName: string
}
interface HTMLElementTagNameMap {
  html: HTMLElement
}
