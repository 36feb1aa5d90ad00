//! Debian's and Ubuntu's packages, where this may install them.

use std::{
    process::{Command, Stdio},
    sync::OnceLock,
};

use crate::{failure::Failure, say, shell};

/// Installs `packages`, as root or through sudo where that asks nothing.
pub fn install(packages: &[&str]) -> Result<(), Failure> {
    static UPDATED: OnceLock<()> = OnceLock::new();
    if shell::on_path(&["apt-get"]).is_none() {
        return Err(Failure::Other(format!("there is no apt-get here: install {} by hand", packages.join(", "))));
    }
    say::detail(&format!("installing {}", packages.join(", ")));
    if UPDATED.set(()).is_ok() {
        shell::output(apt_get()?.args(["update", "-q"]))?;
    }
    shell::output(apt_get()?.args(["install", "-q", "-y", "--no-install-recommends"]).args(packages)).map(drop)
}

fn apt_get() -> Result<Command, Failure> {
    let mut command = if is_root()? {
        Command::new("apt-get")
    } else if shell::on_path(&["sudo"]).is_some() {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        sudo
    } else {
        return Err(Failure::Other(
            "installing packages takes root, and there is no sudo: install them by hand".into(),
        ));
    };
    // Another run may be installing too; it is waited for.
    command.env("DEBIAN_FRONTEND", "noninteractive").args(["-o", "DPkg::Lock::Timeout=600"]).stdin(Stdio::null());
    Ok(command)
}

fn is_root() -> Result<bool, Failure> {
    Ok(shell::output(Command::new("id").arg("-u"))?.trim() == "0")
}
