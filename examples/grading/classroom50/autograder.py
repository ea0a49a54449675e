#!/usr/bin/env python3
"""The autograder of an assignment of Classroom 50, which runs it in a student's checkout; it leaves result.json there.

Put it into the configuration repository as CLASSROOM/autograders/ASSIGNMENT/autograder.py, and parley-conform beside it,
built on the system of the runner. What it writes is told at https://github.com/foundation50/classroom50/wiki/Advanced-Autograding
"""

import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# Yours to change: what is judged ("server" or "client"), how it is built ("" when it is not) and started, and the port in
# its source ("" when it is told one).
HALF = "server"
BUILD = ""
START = "python3 server.py {port}"
PORT = ""

BUDGET_S = 600  # for the whole run: Classroom 50 ends the job after 15 minutes
STUDENT = "61234"  # a user who does nothing else
CONFORM = Path(__file__).resolve().with_name("parley-conform")


def judge(folder):
    """What parley-conform has printed, and the report, or nothing."""
    left_out = {".git", ".github", "grade.toml"}  # how it is started is not for the student to say
    shutil.copytree(".", folder / "class" / "submission", symlinks=True,
                    ignore=lambda place, _: left_out if place == "." else set())
    (folder / "reports").mkdir()  # root's would stay
    # Root runs it as another user, who reaches neither this script nor the result, and in a sandbox where one can be made.
    command = [] if os.geteuid() == 0 else ["sudo", "-n"]
    command += [CONFORM, "grade", folder / "class", "--output", folder / "reports", f"--{HALF}", START,
                "--budget", str(BUDGET_S), "--user", STUDENT]
    command += ["--build", BUILD] if BUILD else []
    command += ["--port", PORT] if PORT else []
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
    if run.returncode not in (0, 1):  # those judge the submission; anything else is no fault of the student's
        sys.exit(f"parley-conform failed with code {run.returncode}: {run.stderr}")
    report = folder / "reports" / f"submission-{HALF}.json"
    return run.stdout, json.loads(report.read_text(encoding="utf-8")) if report.is_file() else None


def to_test(result):
    failure = result["failure"] or {}
    return {"test-name": result["id"], "passed": result["counts_as_passed"], "score": result["score"],
            "max-score": result["weight"], "status": result["status"], "title": result["title"],
            "came": failure.get("came", ""), "hint": result["hint"]}


def main():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)  # the other user walks through
        printed, report = judge(Path(folder))
    if report:
        tests = [to_test(result) for result in report["results"]]
    else:
        tests = [{"test-name": "builds and starts", "passed": False, "score": 0, "max-score": 1, "output": printed[:10_000]}]
    result = {
        "schema": "classroom50/result/v1",
        "classroom": os.environ["CLASSROOM"],
        "assignment": os.environ["ASSIGNMENT"],
        "assignment_type": os.environ["ASSIGNMENT_TYPE"],
        "owner": os.environ["OWNER"],
        "submission": os.environ["SUBMISSION_TAG"],
        "commit": os.environ["COMMIT_URL"],
        "release": os.environ["RELEASE_URL"],
        "review": os.environ.get("REVIEW_URL") or os.environ["COMMIT_URL"],
        "datetime": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }
    target = Path("result.json")
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    target.unlink(missing_ok=True)  # the student's own may be a link to somewhere else
    target.write_text(json.dumps(result, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
