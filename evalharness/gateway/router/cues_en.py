"""English cues of the lexicon router: words and phrases; * stands for any ending.

Written from the persona definitions and tuned on the exemplars and the cases, never on the blind set.
"""

from __future__ import annotations

from typing import Final

from evalharness.core.case import Persona

ENGLISH: Final[dict[Persona, dict[int, str]]] = {
    "moon": {
        3: """imagin*|daydream*|dream*|hunch*|intuition|intuitive*|gut|inspir*|creative*|wild idea*
            |playful*|surprise me|spark*|what do i want|what i want|what i really want|really want
            |lights up|light me up|excit*|goosebumps|brainstorm*|feels like|feel like|possibilit*
            |what could it be|what might|invent*|magic*|curious|enchant*|whimsical|name for|mine
            |nothing comes|longing|yearn*|what am i after|heart""",
        2: """feel*|mood|atmosphere|fresh|odd|strange|silly|daft|fun|joy|delight*|love*|beautiful|beauty
            |wonder*|idea|ideas|unusual|different|story idea*|picture|colour*|color*|smell*|song|game|toy
            |ritual|experiment*|cold|dead|alive|numb|empty|soul|what if|would you try|to try
            |something new|nobody has|never been done|boring|bored|dull|frightened|scares|afraid|cry*
            |tears|smile|laugh|enjoy*|jealous*|tug|itch|pull""",
        1: """open|start|begin|night|morning|quiet|something|somehow|can't explain|can't say
            |don't know why|hands|explor*|poke|follow|want|become""",
    },
    "square": {
        3: """order|sequence|step by step|steps|checklist*|criteria|criterion|prioriti*|priority|rank*
            |break down|break it down|break this down|timeline*|schedule*|timetable*|deadline*|plan
            |structure*|framework*|template*|outline*|sort|organi*|debug*|root cause|isolate|hypothes*
            |spreadsheet*|table|matrix|weights|weighted|systematic*|what first|come first|comes first
            |do first|fix first|first second|work backwards|what goes when|categor*|procedure*|protocol
            |milestone*|run sheet|running order|diagnos*|reproduce|analy*|decision tree|in order""",
        2: """bug*|fail*|error*|test*|verify|check*|trace|list|rules|rule|thresholds|budget*|hours
            |minutes|weekly|daily|quota|measure*|metric*|dependenc*|owner|assign*|allocate*|cut|split
            |compare*|score*|scoring|plan*|exact*|specific*|precise*|realistic*|steps|stage*|phase*
            |format*|rota|cheapest|straight answer|yes or no|what goes|what stays|inventory|backlog|merge
            |logs|query|workflow*|efficien*|section*|chapter*|folder*""",
        1: """first|second|third|week*|days|by|before|date*|number*|months|due|which|each|items|tasks
            |task|left|arrange*|set up""",
    },
    "earth": {
        3: """pattern*|again and again|over and over|every time|each time|every year|every winter
            |every spring|every quarter|keeps happening|keep doing|same story|same mistake|same thing
            |same argument|same complaint*|repeat*|cycle*|loop|step back|stepping back|bigger picture
            |big picture|wider picture|long view|long run|long term|looking back|trade off*|tradeoff*
            |balance*|worth it|worth what|in ten years|ten years|years from now|twenty years|decade*
            |whole of it|my whole life|my life|lifetime|regret*|what am i missing|not seeing
            |what's underneath|old thing|habit*|perspective|sustainab*|in the long|what it cost|cost me
            |price of|am i about to|walking into|what am i trading|from outside|from above
            |happening again""",
        2: """always|never|again|years|year|keep*|once more|life|age|career|family|kids|health|matter*
            |meaning*|purpose|giving up|give up|quit*|stay|leave|leaving|right call|sensible|honest*
            |promised|promise|swear|become|becoming|bargain|sacrific*|season*|grow*|remain|enough|retire*
            |generation*|passed down|time i have|left of|older|ending|road|whole|everything|step down
            |withdraw*|running away|running from|avoid*|why do i|how did i""",
        1: """still|back|since|ever|temporary|spend|spent|rest|tired|burn*|holding|trying to prove|same
            |end|now|both|long""",
    },
    "pen": {
        3: """translat*|bridge*|connect*|link*|mediat*|between|both sides|each other|reconcil*
            |bring together|bring them|get them|common ground|in common|shared|introduc*|explain*
            |how do i tell|how do i say|how do i put|how should i word|word it|word this|what do i say
            |what should i say|what to say|put into words|make sense to|mean something|come across
            |get across|carry over|turn it into|turn this into|turn into|turning|transfer*|recast
            |rephras*|persuad*|convinc*|pitch*|combin*|merge the two|integrat*|collaborat*|two worlds
            |middle|same table|same room|talking to each|on the same side|speak the|language|misunderst*
            |apologi*|one conversation|hand over to|pass on|pass it on|weave|join*|two teams|both of them
            |either or""",
        2: """tell|say|write to|email|letter|message|conversation|talk*|speak*|meeting|audience|listener*
            |reader|readers|hear|heard|team*|department*|colleague*|boss|manager|director|client*
            |partner*|mother in law|parents|sister|brother|ex|neighbo*|community|together|interview*
            |story|cv|resume|portfolio|experience*|background|skills|their own|non technical|technical
            |plain|jargon|terms|understand|on board|feud*|fight*|falling out|stopped speaking|camp*|side
            |another field|other field|mentor*|network*|help each|share*|teach|other people*|outsider*""",
        1: """them|they|people|two|other*|words|sentence|one line|paragraph|between us|who should|whom
            |someone|everyone|open it|call""",
    },
}
