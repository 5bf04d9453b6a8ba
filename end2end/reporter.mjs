// Says little of tests that pass, and all of those that fail: those also at the end, where people look.
import { inspect } from 'node:util'

export default async function* report(events) {
  const failures = []
  for await (const { type, data } of events) {
    if (type === 'test:pass' && data.nesting === 0) {
      const seconds = (data.details.duration_ms / 1000).toFixed(1)
      yield data.skip === undefined ? `ok ${data.name} (${seconds} s)\n` : `skipped ${data.name}: ${data.skip}\n`
    } else if (type === 'test:fail') {
      // What fails because something within it failed says nothing new.
      if (data.details.error?.failureType === 'subtestsFailed') continue
      const { cause } = data.details.error
      const why = inspect(cause instanceof Error ? cause : data.details.error, { breakLength: 120 })
      const failure = `FAILED ${data.name}\n  ${data.file}:${data.line}\n  ${why.replaceAll('\n', '\n  ')}\n`
      failures.push(failure)
      yield failure
    } else if (type === 'test:diagnostic' && data.nesting === 0) {
      yield `# ${data.message}\n`
    } else if (type === 'test:stdout' || type === 'test:stderr') {
      yield data.message
    }
  }
  if (failures.length > 0) yield `\n${failures.length} failed:\n${failures.join('')}`
}
