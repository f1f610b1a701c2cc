# SPDX-License-Identifier: Apache-2.0
"""libvmtp in Python: each function's name is a sentence that is true.  library.sh runs this."""
import os
import signal
import sys
import threading
import traceback

import vmtp

CONFIDANT = {"confidant": {"secret": {"prompt": "a word"}}}
HANGING = {"null": {"hang": True}}
sentences = {}


def sentence(function):
    sentences[function.__name__.replace("_", " ")] = function
    return function


def scenario(tool="null", cloud="local", path="loopback", **more):
    flow = {"name": "a", "path": path, "tool": tool, "duration": "100ms", "warmup": 0, "repeat": 1}
    return {"vmtp": 1, "cloud": cloud, "flows": [{**flow, **more}]}


def refusal(call, *arguments):
    try:
        call(*arguments)
    except vmtp.Error as error:
        return error
    raise AssertionError("it is taken")


def once_it_measures(function):
    """A progress function; function is called once, in another thread, when the run is at its flow."""
    begun = threading.Event()
    threading.Thread(target=lambda: begun.wait(20) and function(), daemon=True).start()
    return lambda done, expected, left, doing: "flow=a" in doing and begun.set()


@sentence
def a_scenario_becomes_a_document_twice_in_one_process():
    with vmtp.Vmtp() as v:
        documents = [v.run(scenario())[1] for _ in range(2)]
    assert all(d["schema"] == "vmtp.result/1" for d in documents)
    assert all(d["results"][0]["status"] == "ok" for d in documents)
    assert documents[0]["run"]["id"] != documents[1]["run"]["id"]


@sentence
def what_a_run_would_do_is_told():
    with vmtp.Vmtp() as v:
        plan = v.plan(scenario(repeat={"min": 2, "max": 5}))
    assert plan["schema"] == "vmtp.plan/1" and plan["cloud"] == "local", plan
    assert plan["stages"][0]["trials"] == {"min": 2, "max": 5}, plan
    assert plan["stages"][0]["flows"][0]["key"].startswith("flow=a"), plan
    assert plan["duration"]["least"] < plan["duration"]["most"], plan


@sentence
def a_wrong_scenario_is_an_error_with_its_place():
    with vmtp.Vmtp() as v:
        for call in v.check, v.plan, v.run:
            error = refusal(call, "vmtp: 1\ncloud: local\nflows:\n  - { nam: a }\n", "mine.yaml")
            assert error.code == -22 and error.document is None
            assert str(error).startswith("mine.yaml:4:"), error
            assert "did you mean 'name'?" in str(error), error


@sentence
def a_plugin_that_is_missing_is_named():
    with vmtp.Vmtp() as v:
        assert "'nuttcpp'" in str(refusal(v.check, scenario("nuttcpp")))


@sentence
def runs_are_kept_where_the_program_says():
    folder = os.environ["VMTP_STATE_DIR"] + "/of its own"
    with vmtp.Vmtp(state_dir=folder) as v:
        document = v.run(scenario())[1]
    assert os.path.exists("%s/runs/%s/result.json" % (folder, document["run"]["id"]))


@sentence
def a_secret_is_asked_for_and_a_broken_pipe_is_no_signal():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    asked = []
    with vmtp.Vmtp(secret=lambda what: asked.append(what) or "sesame") as v:
        document = v.run(scenario(CONFIDANT))[1]
    assert asked == ["a word"]
    assert document["results"][0]["metrics"]["goodput"]["value"] == 1000, document["results"]
    assert signal.getsignal(signal.SIGPIPE) == signal.SIG_DFL


@sentence
def an_error_in_the_programs_own_function_ends_the_run():
    def fails(*_):
        raise KeyError("mine")

    for function in {"progress": fails}, {"secret": fails}:
        with vmtp.Vmtp(**function) as v:
            try:
                v.run(scenario(CONFIDANT if "secret" in function else HANGING))
            except KeyError:
                continue
            raise AssertionError(function)


@sentence
def cancel_from_another_thread_keeps_the_document():
    with vmtp.Vmtp(progress=once_it_measures(lambda: v.cancel())) as v:
        error = refusal(v.run, scenario(HANGING))
    assert error.code == -125 and str(error) == "interrupted", error
    assert "interrupted" in [event["kind"] for event in error.document["events"]]


@sentence
def control_c_ends_a_run_in_the_main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job's is ignored
    with vmtp.Vmtp(progress=once_it_measures(lambda: os.kill(os.getpid(), signal.SIGINT))) as v:
        try:
            v.run(scenario(HANGING))
        except KeyboardInterrupt:
            return
    raise AssertionError("it ended well")


@sentence
def two_run_at_once_in_networks_of_their_own():
    documents = []

    def run():
        with vmtp.Vmtp() as v:
            for _ in range(2):
                cloud = {"fabric": {"topology": "pair", "rate": "100M"}}
                documents.append(v.run(scenario("native", cloud, "direct"))[1])

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({document["run"]["id"] for document in documents}) == 4
    for document in documents:
        assert document["results"][0]["metrics"]["goodput"]["of_ceiling"] > 0.5, document


@sentence
def two_clouds_at_once_are_closed_again():
    before = len(os.listdir("/proc/self/fd"))
    two_run_at_once_in_networks_of_their_own()
    assert len(os.listdir("/proc/self/fd")) == before


def main():
    failed = False
    for name, function in sentences.items():
        try:
            function()
            print("ok", name, flush=True)
        except BaseException:  # pylint: disable=broad-except
            print("FAIL", name, flush=True)
            traceback.print_exc()
            failed = True
    return failed


if __name__ == "__main__":
    sys.exit(main())
