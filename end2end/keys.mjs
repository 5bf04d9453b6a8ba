// Somebody who has a keyboard and nothing else: the same stories, without a mouse.
import assert from 'node:assert/strict'

/** How a story is told: as people do, and by somebody who has no mouse. */
export const HANDS = [
  { how: 'with a mouse', keys: false },
  { how: 'by keyboard', keys: true },
]

/** So many presses of Tab lead past everything on a page. */
const MOST_PRESSES = 400
/** What needs something else than keys, or goes where Tab did not. */
const NOT_BY_KEYS = ['dblclick', 'hover', 'tap', 'dragTo', 'dispatchEvent', 'focus', 'press', 'pressSequentially', 'setChecked', 'clear']

/**
 * A page whose locators are used by keys alone: `click` tabs to the control and presses Enter or Space, `fill` types,
 * `check` presses Space, `selectOption` presses arrows; wherever Tab stops to do something, the focus must be visible.
 * The pages of others, where people sign in, are used as ever.
 */
export function byKeysAlone(page) {
  const origin = new URL(page.url()).origin
  const isOurs = () => new URL(page.url()).origin === origin
  const unwrapped = Symbol('the locator itself')
  const unwrap = (value) => value?.[unwrapped] ?? value
  const acts = {
    click: (locator) => press(page, locator),
    fill: (locator, text) => type(page, locator, text),
    check: (locator) => check(page, locator),
    selectOption: (locator, choice) => choose(page, locator, choice),
  }
  const wrap = (target) =>
    new Proxy(target, {
      get(_, name) {
        if (name === unwrapped) return target
        const value = target[name]
        if (typeof value !== 'function') return value
        return (...given) => {
          const isLocator = target !== page
          if (isLocator && isOurs() && acts[name]) return acts[name](target, ...given)
          if (isLocator && isOurs() && NOT_BY_KEYS.includes(name)) throw new Error(`${name} is not done by keys`)
          const answer = value.apply(target, given.map(unwrap))
          return answer?.constructor?.name === 'Locator' ? wrap(answer) : answer
        }
      },
    })
  return wrap(page)
}

/** Presses Tab until the focus is on the control, and sees that it can be seen there. */
async function tabTo(page, locator) {
  await locator.waitFor({ state: 'attached' })
  for (let presses = 0; presses < MOST_PRESSES; presses++) {
    const place = await locator.evaluate((control) => {
      const focused = document.activeElement
      if (control === focused) return 'there'
      // Tab stops at one of a group of radio buttons; arrows lead on.
      const isBeside = control.type === 'radio' && focused?.type === 'radio' && control.name === focused.name
      return isBeside ? 'beside' : 'elsewhere'
    })
    if (place === 'there') return assertFocusVisible(locator)
    await page.keyboard.press(place === 'beside' ? 'ArrowDown' : 'Tab')
  }
  assert.fail(`Tab does not lead to ${locator}`)
}

/** The control, or what stands for it beside or around it, has an outline. */
async function assertFocusVisible(locator) {
  const outlined = await locator.evaluate((control) => {
    const shown = [control, control.nextElementSibling, control.closest('label')].filter(Boolean)
    return shown.some((element) => {
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element)
      return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && !/, 0\)$/.test(outlineColor)
    })
  })
  assert.ok(outlined, `the focus on ${locator} cannot be seen`)
}

async function press(page, locator) {
  await tabTo(page, locator)
  const isLink = await locator.evaluate((control) => control.tagName === 'A')
  await page.keyboard.press(isLink ? 'Enter' : 'Space')
}

async function type(page, locator, text) {
  await tabTo(page, locator)
  await page.keyboard.press('Control+a')
  if (text === '') await page.keyboard.press('Delete')
  await page.keyboard.type(text)
}

async function check(page, locator) {
  await tabTo(page, locator)
  if (!(await locator.isChecked())) await page.keyboard.press('Space')
  assert.ok(await locator.isChecked(), `Space does not check ${locator}`)
}

async function choose(page, locator, choice) {
  await tabTo(page, locator)
  const [from, to] = await locator.evaluate((select, choice) => {
    const options = [...select.options]
    const wanted = options.findIndex((option) => option.value === choice || option.label.trim() === (choice.label ?? choice))
    return [select.selectedIndex, wanted]
  }, choice)
  assert.ok(to >= 0, `${locator} has no choice ${JSON.stringify(choice)}`)
  for (let step = 0; step < Math.abs(to - from); step++) await page.keyboard.press(to > from ? 'ArrowDown' : 'ArrowUp')
  assert.equal(await locator.evaluate((select) => select.selectedIndex), to, `arrows do not choose in ${locator}`)
}
