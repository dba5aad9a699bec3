"""Commands that let bubblewrap run: for one kernel setting, one AppArmor profile, one container engine."""

from __future__ import annotations

from d2l_autograder.sandbox.machine import Machine

__all__ = ["MINIMUM", "append_setting", "engine", "profile", "report"]

MINIMUM = "0.7"  # of bubblewrap, the first with --size
_ENGINES = {
    "docker": "as an ordinary user in the container (--user 1000): docker run --security-opt systempaths=unconfined "
    "--security-opt seccomp=unconfined --security-opt apparmor=unconfined; as root in it: --privileged",
    "podman": "podman run --security-opt unmask=ALL --security-opt seccomp=unconfined --security-opt label=disable "
    "--security-opt apparmor=unconfined; as root in a container with root's privileges: --privileged",
    "kubernetes": "in the pod: hostUsers: false and securityContext: {procMount: Unmasked, runAsUser: 1000, "
    "allowPrivilegeEscalation: false, seccompProfile: {type: Unconfined}, appArmorProfile: {type: Unconfined}}; "
    "or securityContext: {privileged: true}",
    "lxc": "on the host: lxc config set <container> security.nesting true (Proxmox: pct set <id> --features nesting=1)",
    "systemd-nspawn": "systemd-nspawn --private-users=no with --system-call-filter=@mount, or on the host",
}


def append_setting(name: str, value: int) -> str:
    """Return the command that changes a kernel setting now and at each start of the machine."""
    return f"echo {name}={value} | sudo tee -a /etc/sysctl.d/60-d2l.conf && sudo sysctl --system"


def profile(bwrap: str) -> str:
    """Return the command that writes and loads an AppArmor profile for bubblewrap alone.

    The machine's restriction stays for all other programs.
    """
    lines = (
        "abi <abi/4.0>,",
        "include <tunables/global>",
        f"profile d2l-bwrap {bwrap} flags=(unconfined) {{",
        "  userns,",
        "}",
    )
    written = " ".join(f"'{line}'" for line in lines)
    return (
        f"give bubblewrap alone a profile: printf '%s\\n' {written} | sudo tee /etc/apparmor.d/d2l-bwrap && "
        "sudo apparmor_parser -r /etc/apparmor.d/d2l-bwrap; or grade as root, which needs no user namespace"
    )


def engine(machine: Machine, otherwise: str = "") -> str:
    """Return how the container must be started, or `otherwise` outside of a container."""
    if not machine.container and otherwise:
        return otherwise
    default = "start the container with all privileges (--privileged), or grade outside of it"
    return _ENGINES.get(machine.container, default)


def report(machine: Machine) -> str:
    """Return what to try and to report where no cause is known."""
    user = "" if machine.is_root else "--unshare-user "
    return (
        f"see whether bubblewrap works by itself: {machine.bwrap} {user}--unshare-pid --unshare-net --ro-bind / / "
        "--proc /proc --dev /dev true; report what it prints, with the output of bwrap --version and uname -a"
    )
