//! The text of a rule in a route table.

use std::fmt::{self, Display};

use super::{Access, Audience, Condition, Source, Way};
use crate::payload::{Payload, Role, kind};

/// Formats a rule, for example as
/// `User: session by cookie sid [role Admin, signed in within 300 s]; login /login`.
impl<P: Payload> Display for Access<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.audience {
            Audience::Callers => {}
            Audience::Optional => f.write_str("anonymous or ")?,
            Audience::Guests { .. } => f.write_str("guests of ")?,
        }
        write!(f, "{}: ", kind::name::<P>())?;
        for (at, way) in self.ways().enumerate() {
            if at > 0 {
                f.write_str(" or ")?;
            }
            way.fmt(f)?;
        }
        if let Audience::Guests {
            redirect_to: Some(path),
        } = self.audience
        {
            write!(f, "; others to {path}")?;
        }
        if let Some(login) = self.login {
            write!(f, "; login {login}")?;
        }
        match self.protected_resource() {
            Some(resource) => write!(f, "; resource {}", resource.url()),
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
        // The age of the login comes last, wherever it is in the rule.
        let (login, others): (Vec<_>, Vec<_>) = self
            .conditions()
            .partition(|condition| condition.is_met_by_login());
        let conditions = others.iter().chain(&login);
        let mut demands: Vec<String> = conditions.map(Condition::to_string).collect();
        demands.extend(self.hide.then(|| "hidden".to_owned()));
        match demands.as_slice() {
            [] => Ok(()),
            demands => write!(f, " [{}]", demands.join(", ")),
        }
    }
}
