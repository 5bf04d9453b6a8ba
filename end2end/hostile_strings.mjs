// Strings that run a script wherever one is put into a page as it is: `hit(<number>)`, each with a number of its own.

/** Ways to run something, in HTML, in attributes, in addresses, in Markdown, in what frameworks put into scripts. */
const WAYS = [
  '<script>HIT</script>',
  '<script src="data:text/javascript,HIT"></script>',
  '<script type=module>HIT</script>',
  '<img src=x onerror=HIT>',
  '<img src=x onerror="HIT">',
  '<img/src=x/onerror=HIT>',
  '<IMG SRC=x ONERROR=HIT>',
  '<svg onload=HIT>',
  '<svg><script>HIT</script></svg>',
  '<svg><animate onbegin=HIT attributeName=x dur=1s>',
  '<svg><a xlink:href="javascript:HIT"><text y=20>x</text></a></svg>',
  '<math><mtext><img src=x onerror=HIT></mtext></math>',
  '<iframe srcdoc="<script>HIT</script>"></iframe>',
  '<iframe src="javascript:HIT"></iframe>',
  '<object data="javascript:HIT"></object>',
  '<embed src="javascript:HIT">',
  '<details open ontoggle=HIT>x</details>',
  '<video src=x onerror=HIT></video>',
  '<audio src=x onerror=HIT></audio>',
  '<video><source onerror=HIT></video>',
  '<input autofocus onfocus=HIT>',
  '<select autofocus onfocus=HIT></select>',
  '<body onload=HIT>',
  '<marquee onstart=HIT>x</marquee>',
  '<style onload=HIT>a{}</style>',
  '<link rel=stylesheet href="data:text/css," onload=HIT>',
  '<meta http-equiv=refresh content="0;url=javascript:HIT">',
  '<base href="javascript:HIT//">',
  '<form action="javascript:HIT"><button>x</button></form>',
  '<a href="javascript:HIT">x</a>',
  '<a href="java&#10;script:HIT">x</a>',
  '<a href="&#106;avascript:HIT">x</a>',
  '<a href="vbscript:HIT">x</a>',
  '<a href="data:text/html,<script>HIT</script>">x</a>',
  '[x](javascript:HIT)',
  '[x](<java\tscript:HIT>)',
  '[x](JaVaScRiPt:HIT "title")',
  '![x](javascript:HIT)',
  '![x" onerror="HIT](x)',
  '[x](https://example.com "\\"onmouseover=HIT ")',
  '<javascript:HIT>',
  '<https://example.com/"onmouseover="HIT>',
  '<template><script>HIT</script></template>',
  '<template shadowrootmode=open><img src=x onerror=HIT></template>',
  '<noscript><p title="</noscript><img src=x onerror=HIT>">',
  '<p title="</p><script>HIT</script>">',
  '&lt;script&gt;HIT&lt;/script&gt;',
  '\\u003cscript\\u003eHIT\\u003c/script\\u003e',
  '%3Cscript%3EHIT%3C/script%3E',
  '{{constructor.constructor("HIT")()}}',
  '${HIT}',
  '`-HIT-`',
  '" onmouseover="HIT" x="',
  "' onmouseover='HIT' x='",
  ' autofocus onfocus=HIT x=',
  '");HIT;("',
  "');HIT;('",
  '\u202e<script>HIT</script>',
  '\u2028HIT\u2029',
  '<xss style="animation-name:x" onanimationstart=HIT></xss>',
]

/** What comes before: the ends of whatever the string may have been put into. */
const BEGINNINGS = ['', '">', "'>", '</script>', '</style>', '</title>', '</textarea>', '-->', ']]>', '</noscript>', '</template>', '</code></pre>', '\n\n', '<', '<!--', '<b>']

/** String number `number`, of 960 kinds. */
export function hostile(number) {
  const way = WAYS[number % WAYS.length]
  const beginning = BEGINNINGS[Math.floor(number / WAYS.length) % BEGINNINGS.length]
  return beginning + way.replaceAll('HIT', `hit(${number})`)
}

/** Hands out strings, and counts them. */
export class HostileStrings {
  count = 0
  #number = 0

  /** The next one. `fits`: whether it may stand where it is to go; others are passed over. */
  next(fits = () => true) {
    let text
    do text = hostile(this.#number++)
    while (!fits(text))
    this.count++
    return text
  }

  take(count, fits) {
    return Array.from({ length: count }, () => this.next(fits))
  }
}
