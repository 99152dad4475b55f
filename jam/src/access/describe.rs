//! A rule in words: what a table prints.

use std::fmt::{self, Display};

use super::{Access, Audience, Condition, Source, Way};
use crate::kind;
use crate::payload::{Payload, Role};

/// `User: session by cookie sid [role Admin, signed in within 300 s]; login /login`
impl<P: Payload> Display for Access<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.audience {
            Audience::Callers => {}
            Audience::Optional => f.write_str("everybody, or ")?,
            Audience::Guests { else_to: None } => f.write_str("nobody signed in by ")?,
            Audience::Guests {
                else_to: Some(path),
            } => write!(f, "guests, else to {path}, of ")?,
        }
        write!(f, "{}: ", kind::name::<P>())?;
        for (at, way) in self.ways().enumerate() {
            if at > 0 {
                f.write_str(" or ")?;
            }
            way.fmt(f)?;
        }
        match self.login {
            Some(login) => write!(f, "; login {login}"),
            None => Ok(()),
        }
    }
}

impl<P: Payload> fmt::Debug for Access<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl<R: Role> Display for Way<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            self.backend
                .map_or("any backend", |backend| backend.as_str()),
        )?;
        for (at, source) in self.sources().enumerate() {
            f.write_str(if at == 0 { " by " } else { ", then " })?;
            match source {
                Source::Cookie(name) => write!(f, "cookie {name}")?,
                Source::Header(name) => write!(f, "header {name}")?,
            }
        }
        let mut demands: Vec<String> = self.conditions().map(|demand| demand.to_string()).collect();
        demands.extend(self.fresh.map(|age| format!("signed in within {age} s")));
        demands.extend(self.hide.then(|| "hidden".to_owned()));
        match demands.as_slice() {
            [] => Ok(()),
            demands => write!(f, " [{}]", demands.join(", ")),
        }
    }
}

impl<R: Role> Display for Condition<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(role) => write!(f, "role {}", role.name()),
            Self::AnyRole(roles) => {
                let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
                write!(f, "role {}", names.join("|"))
            }
            Self::Scope(scope) => write!(f, "scope {scope}"),
        }
    }
}
