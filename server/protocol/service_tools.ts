/** A tool of an MCP server, as far as people are told of it. */
export interface ServiceTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
}

export interface ServiceTools {
  readonly tools: readonly ServiceTool[];
  /** Whether there are more than are listed. */
  readonly isCut: boolean;
}
