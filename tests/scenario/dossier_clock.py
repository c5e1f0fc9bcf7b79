#!/usr/bin/python3
"""How a dossier's page and list put its term: dossier_clock.py ADDRESS WORK WHO CODE WORDS WITHOUT. Lines of TAP."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import Stage  # noqa: E402

who, code, words, without = sys.argv[3:]
stage = Stage(sys.argv[1], sys.argv[2])
leader = stage.account(who, "--role", "leader", "--unit", "24631")
page = leader.get("/desk/dossiers/" + code)
stage.tell(page.status == 200 and words in page.text and without not in page.text,
           f"at {os.environ['TINHSO_NOW']} its page says: {words}", page.text)
lists = [leader.get("/desk/dossiers?tab=" + tab) for tab in ("open", "done")]
stage.tell(any(code in p.text and words in p.text for p in lists), "and so does the list that it stands in",
           [p.status for p in lists])
sys.exit(stage.failed > 0)
