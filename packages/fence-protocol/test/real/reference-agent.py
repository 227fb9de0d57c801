#!/usr/bin/python3 -tt
# An agent on Debian's own fencing.py: a power switch in a file. The reference for the same device on this package.
# REFERENCE_FILE names a JSON file: {"plugs": {"1": "on"}, "told": [], "deaf": ["on"]}; REFERENCE_OPTIONS the options.
import atexit
import json
import os
import sys

sys.path.append("/usr/share/fence")
from fencing import *
from fencing import fail, EC_STATUS, run_delay

path = os.environ["REFERENCE_FILE"]


def load():
    with open(path) as file:
        return json.load(file)


def get_power_status(_, options):
    plugs = load()["plugs"]
    plug = options.get("--plug", "")
    if plug in plugs:
        return plugs[plug]
    if "--missing-as-off" in options:
        return "off"
    fail(EC_STATUS)


def set_power_status(_, options):
    device = load()
    plug, state = options.get("--plug", ""), options["--action"]
    device["told"].append((state + " " + plug).strip())
    if state not in device["deaf"]:
        device["plugs"][plug] = state
    with open(path, "w") as file:
        json.dump(device, file)


def get_outlets(_, options):
    return {plug: ("alias" + plug, state) for plug, state in load()["plugs"].items()}


def main():
    device_opt = ["no_password"] + json.loads(os.environ["REFERENCE_OPTIONS"])
    atexit.register(atexit_handler)
    options = check_input(device_opt, process_input(device_opt))
    show_docs(options, {"shortdesc": "Reference", "longdesc": "A switch in a file.", "vendorurl": "http://example.org/"})
    run_delay(options)
    outlets = get_outlets if "port" in device_opt else None
    sys.exit(fence_action(None, options, set_power_status, get_power_status, outlets))


main()
