//! Statements on connections of the pool.
//!
//! All requests of an operation are sent at once, the transaction with its end. So an operation takes one round
//! trip, and a future that is dropped leaves no open transaction behind.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use deadpool_postgres::{Client, ClientWrapper, Object, Pool};
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Row, Statement as Prepared};

use crate::error::{Effect, Fault};
use crate::statements::Statement;

/// Time in which a connection has to answer after its request was dropped.
const PROOF: Duration = Duration::from_secs(1);

/// A statement with its parameters.
#[derive(Clone, Copy)]
pub(crate) struct Step<'a> {
    pub(crate) statement: &'a Statement,
    pub(crate) parameters: &'a [&'a (dyn ToSql + Sync)],
}

/// The kind of an operation, which tells if it may run twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Running it twice has the effect of running it once.
    Repeatable,
    /// It runs again only if the server has undone it.
    Once,
}

/// Connections and the way to use them.
#[derive(Debug)]
pub(crate) struct Connections {
    pub(crate) pool: Pool,
    pub(crate) timeout: Duration,
    pub(crate) prepared: bool,
}

impl Connections {
    /// Runs one step, or several ones in a transaction. Returns the rows of each.
    pub(crate) async fn run(&self, kind: Kind, steps: &[Step<'_>]) -> Result<Vec<Vec<Row>>, Fault> {
        let attempts = async {
            match self.attempt(steps).await {
                Err(fault)
                    if fault.effect == Effect::Undone
                        || (fault.effect == Effect::Unknown && kind == Kind::Repeatable) =>
                {
                    self.attempt(steps).await
                }
                done => done,
            }
        };
        match timeout(self.timeout, attempts).await {
            Ok(done) => done,
            Err(_) => Err(Fault::new("PostgreSQL did not answer in time")),
        }
    }

    async fn attempt(&self, steps: &[Step<'_>]) -> Result<Vec<Vec<Row>>, Fault> {
        let lease = Lease::new(&self.pool).await?;
        let done = self.send(lease.client()?, steps).await;
        lease.give_back();
        done
    }

    async fn send(
        &self,
        client: &ClientWrapper,
        steps: &[Step<'_>],
    ) -> Result<Vec<Vec<Row>>, Fault> {
        let mut prepared = Vec::with_capacity(steps.len());
        for step in steps {
            prepared.push(if self.prepared {
                let Statement { sql, types } = step.statement;
                Some(client.prepare_typed_cached(sql, types).await?)
            } else {
                None
            });
        }
        let requests = steps
            .iter()
            .zip(&prepared)
            .map(|(step, prepared)| request(client, step, prepared.as_ref()));
        if let [step] = steps {
            return Ok(vec![request(client, step, prepared[0].as_ref()).await?]);
        }
        let mut all: Vec<Request<'_>> = Vec::with_capacity(steps.len() + 2);
        // Each statement has to see the rows as they are after the locks before it.
        all.push(simple(client, "BEGIN ISOLATION LEVEL READ COMMITTED"));
        all.extend(requests);
        // After an error this is a rollback.
        all.push(simple(client, "COMMIT"));
        let mut rows = Vec::with_capacity(all.len());
        let mut first: Option<Fault> = None;
        for answer in in_order(all).await {
            match answer {
                Ok(answer) => rows.push(answer),
                Err(fault)
                    if first.is_none() || first.as_ref().is_some_and(Fault::is_a_consequence) =>
                {
                    first = Some(fault);
                }
                Err(_) => {}
            }
        }
        match first {
            Some(fault) => Err(fault),
            None => {
                rows.pop();
                rows.remove(0);
                Ok(rows)
            }
        }
    }

    /// Runs a script in one transaction, however long it takes.
    pub(crate) async fn script(&self, sql: &str) -> Result<(), Fault> {
        let lease = Lease::new(&self.pool).await?;
        let done = lease.client()?.batch_execute(sql).await;
        lease.give_back();
        Ok(done?)
    }
}

type Request<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>, Fault>> + Send + 'a>>;

fn request<'a>(
    client: &'a ClientWrapper,
    step: &'a Step<'_>,
    prepared: Option<&'a Prepared>,
) -> Request<'a> {
    Box::pin(async move {
        let Step {
            statement,
            parameters,
        } = *step;
        Ok(match prepared {
            Some(prepared) => client.query(prepared, parameters).await?,
            None => {
                let typed: Vec<(&(dyn ToSql + Sync), Type)> = parameters
                    .iter()
                    .copied()
                    .zip(statement.types.iter().cloned())
                    .collect();
                client.query_typed(&statement.sql, &typed).await?
            }
        })
    })
}

fn simple<'a>(client: &'a ClientWrapper, sql: &'a str) -> Request<'a> {
    Box::pin(async move {
        client.batch_execute(sql).await?;
        Ok(Vec::new())
    })
}

/// Sends all requests at once, in their order, and waits for all answers. The client sends a request at its
/// first poll.
async fn in_order(mut requests: Vec<Request<'_>>) -> Vec<Result<Vec<Row>, Fault>> {
    let mut answers: Vec<_> = requests.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut is_pending = false;
        for (request, answer) in requests.iter_mut().zip(&mut answers) {
            if answer.is_none() {
                match request.as_mut().poll(context) {
                    Poll::Ready(done) => *answer = Some(done),
                    Poll::Pending => is_pending = true,
                }
            }
        }
        if is_pending {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
    answers.into_iter().flatten().collect()
}

/// A connection of the pool. If its request is dropped before the answer, it goes back once it has answered, or
/// is closed: a connection that hangs must not stay in the pool, and a client that goes away must not cost
/// a new connection.
struct Lease(Option<Client>);

impl Lease {
    async fn new(pool: &Pool) -> Result<Self, Fault> {
        Ok(Self(Some(pool.get().await?)))
    }

    fn client(&self) -> Result<&ClientWrapper, Fault> {
        let client = self.0.as_deref();
        client.ok_or_else(|| Fault::new("the connection went back to the pool"))
    }

    fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(client) = self.0.take() else {
            return;
        };
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                if !matches!(timeout(PROOF, client.simple_query("")).await, Ok(Ok(_))) {
                    drop(Object::take(client));
                }
            });
        } else {
            drop(Object::take(client));
        }
    }
}
