/** A field of the request that is wrong, such as `lines[0].quantity`, and why. */
export interface WrongField {
  field: string;
  message: string;
}

/** An error answer (RFC 9457). `code` is stable; `document` is the whole answer, which may say more. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors: readonly WrongField[],
    readonly retryAfter: number | undefined,
    readonly document: Readonly<Record<string, unknown>>,
  ) {
    super(`${status} ${code}: ${detail}`);
  }
}

/** The problem that an answer with an error status states. */
export async function problemOf(response: Response): Promise<Problem> {
  const document = await content(response);
  const code = document["code"] ?? document["error"] ?? "unknown";
  const detail = document["detail"] ?? document["error_description"] ?? response.statusText;
  const errors = (document["errors"] ?? []) as WrongField[];
  return new Problem(response.status, String(code), String(detail), errors, retryAfter(response), document);
}

/** The seconds after which the platform asks to be called again. */
export function retryAfter(response: Response): number | undefined {
  const text = response.headers.get("Retry-After") ?? "";
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

async function content(response: Response): Promise<Record<string, unknown>> {
  try {
    const found: unknown = JSON.parse(await response.text());
    return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
