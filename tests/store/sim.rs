//! A device in memory on which any one operation fails, or the power, and which then
//! has lost any part of what was not synced.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use undersigned::store::disk::files::{File, Files};

const SECTOR: usize = 512;

/// What happens at the operation that was picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It fails and does nothing.
    Fails,
    /// It fails and did its work all the same.
    FailsAfterwards,
    /// The power goes before it.
    PowerBefore,
    /// The power goes after it.
    PowerAfter,
}

/// What of all that was not synced is on the device after the power is back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsynced {
    Lost,
    Kept,
    /// Any part: of each file any sectors, of each folder all or nothing.
    Torn(u64),
}

#[derive(Default)]
struct Node {
    current: Vec<u8>,
    durable: Vec<u8>,
    /// Written since the last sync, whether that worked or not: a failed sync forgets.
    dirty: Vec<(usize, usize)>,
}

impl Node {
    fn sync(&mut self) {
        self.durable.resize(self.current.len(), 0);
        for (from, to) in self.dirty.drain(..) {
            let to = to.min(self.current.len());
            if from < to {
                self.durable[from..to].copy_from_slice(&self.current[from..to]);
            }
        }
    }
}

#[derive(Default)]
struct World {
    nodes: Vec<Node>,
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    operations: u64,
    fault: Option<(u64, Fault)>,
    is_off: bool,
}

/// The device. Clones are the same one.
#[derive(Clone, Default)]
pub(crate) struct SimFiles(Arc<Mutex<World>>);

struct SimFile {
    world: SimFiles,
    node: usize,
}

fn broken() -> io::Error {
    io::Error::other("as the test asked")
}

fn missing() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "no such file")
}

impl World {
    /// Do one operation that changes something, or what the fault makes of it.
    fn change<T>(&mut self, run: impl FnOnce(&mut Self) -> io::Result<T>) -> io::Result<T> {
        if self.is_off {
            return Err(broken());
        }
        self.operations += 1;
        let fault = self.fault.filter(|(at, _)| *at == self.operations);
        match fault.map(|(_, fault)| fault) {
            None => run(self),
            Some(Fault::Fails) => Err(broken()),
            Some(Fault::FailsAfterwards) => {
                run(self)?;
                Err(broken())
            }
            Some(Fault::PowerBefore) => {
                self.is_off = true;
                Err(broken())
            }
            Some(Fault::PowerAfter) => {
                run(self)?;
                self.is_off = true;
                Err(broken())
            }
        }
    }

    fn look<T>(&self, run: impl FnOnce(&Self) -> io::Result<T>) -> io::Result<T> {
        if self.is_off {
            Err(broken())
        } else {
            run(self)
        }
    }
}

impl SimFiles {
    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().expect("no holder panics")
    }

    fn file(&self, node: usize) -> Arc<dyn File> {
        Arc::new(SimFile {
            world: self.clone(),
            node,
        })
    }

    /// How many operations there were.
    pub(crate) fn operations(&self) -> u64 {
        self.world().operations
    }

    /// Let the operation with this number from now on meet a fault.
    pub(crate) fn break_at(&self, operation: u64, fault: Fault) {
        let mut world = self.world();
        world.fault = Some((world.operations + operation, fault));
    }

    pub(crate) fn is_off(&self) -> bool {
        self.world().is_off
    }

    /// Pick no operation any more.
    pub(crate) fn repair(&self) {
        self.world().fault = None;
    }

    /// What is there after the power was gone.
    pub(crate) fn after_power_loss(&self, unsynced: Unsynced) -> Self {
        let world = self.world();
        let mut random = blake3::Hasher::new()
            .update(format!("{unsynced:?}").as_bytes())
            .finalize_xof();
        let mut coin = move || {
            let mut byte = [0];
            random.fill(&mut byte);
            match unsynced {
                Unsynced::Lost => false,
                Unsynced::Kept => true,
                Unsynced::Torn(_) => byte[0] < 128,
            }
        };
        let folders: BTreeSet<&Path> = world
            .names
            .keys()
            .chain(world.durable_names.keys())
            .filter_map(|path| path.parent())
            .collect();
        let mut names = BTreeMap::new();
        for folder in folders {
            let source = if coin() {
                &world.names
            } else {
                &world.durable_names
            };
            let here = source
                .iter()
                .filter(|(path, _)| path.parent() == Some(folder));
            names.extend(here.map(|(path, node)| (path.clone(), *node)));
        }
        let nodes = world.nodes.iter().map(|node| {
            let mut content = node.durable.clone();
            if coin() {
                content.resize(node.current.len(), 0);
            }
            for from in (0..content.len().min(node.current.len())).step_by(SECTOR) {
                let to = (from + SECTOR).min(content.len()).min(node.current.len());
                if coin() {
                    content[from..to].copy_from_slice(&node.current[from..to]);
                }
            }
            Node {
                current: content.clone(),
                durable: content,
                dirty: Vec::new(),
            }
        });
        let after = World {
            nodes: nodes.collect(),
            durable_names: names.clone(),
            names,
            ..World::default()
        };
        Self(Arc::new(Mutex::new(after)))
    }
}

impl Files for SimFiles {
    fn open(&self, path: &Path) -> io::Result<Arc<dyn File>> {
        let node = self
            .world()
            .look(|world| world.names.get(path).copied().ok_or_else(missing))?;
        Ok(self.file(node))
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn File>> {
        let node = self.world().change(|world| {
            if let Some(node) = world.names.get(path) {
                let (node, length) = (*node, world.nodes[*node].current.len());
                world.nodes[node].current.clear();
                world.nodes[node].dirty.push((0, length));
                return Ok(node);
            }
            world.nodes.push(Node::default());
            world.names.insert(path.to_owned(), world.nodes.len() - 1);
            Ok(world.nodes.len() - 1)
        })?;
        Ok(self.file(node))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.world().change(|world| {
            let node = world.names.remove(from).ok_or_else(missing)?;
            world.names.insert(to.to_owned(), node);
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.world()
            .change(|world| world.names.remove(path).map(drop).ok_or_else(missing))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.world().look(|world| {
            let here = world
                .names
                .keys()
                .filter(|path| path.parent() == Some(folder));
            let name = |path: &PathBuf| Some(path.file_name()?.to_str()?.to_owned());
            Ok(here.filter_map(name).collect())
        })
    }

    fn create_folder(&self, _: &Path) -> io::Result<()> {
        self.world().look(|_| Ok(()))
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.world().change(|world| {
            world
                .durable_names
                .retain(|path, _| path.parent() != Some(folder));
            let here = world
                .names
                .iter()
                .filter(|(path, _)| path.parent() == Some(folder));
            let here: Vec<_> = here.map(|(path, node)| (path.clone(), *node)).collect();
            world.durable_names.extend(here);
            Ok(())
        })
    }

    fn free_space(&self, _: &Path) -> io::Result<Option<u64>> {
        Ok(None)
    }
}

impl SimFile {
    fn change(&self, run: impl FnOnce(&mut Node) -> io::Result<()>) -> io::Result<()> {
        self.world
            .world()
            .change(|world| run(&mut world.nodes[self.node]))
    }
}

impl File for SimFile {
    fn len(&self) -> io::Result<u64> {
        self.world
            .world()
            .look(|world| Ok(world.nodes[self.node].current.len() as u64))
    }

    fn read_at(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.world.world().look(|world| {
            let at = usize::try_from(at).expect("small");
            let content = world.nodes[self.node].current.get(at..at + bytes.len());
            let content = content.ok_or(io::ErrorKind::UnexpectedEof)?;
            bytes.copy_from_slice(content);
            Ok(())
        })
    }

    fn write_at(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.change(|node| {
            let from = usize::try_from(at).expect("small");
            let to = from + bytes.len();
            node.current.resize(node.current.len().max(to), 0);
            node.current[from..to].copy_from_slice(bytes);
            node.dirty.push((from, to));
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.change(|node| {
            let (before, after) = (node.current.len(), usize::try_from(len).expect("small"));
            node.current.resize(after, 0);
            node.dirty.push((after.min(before), after.max(before)));
            Ok(())
        })
    }

    fn sync(&self) -> io::Result<()> {
        // What a failed sync did not write is not written by a later one either.
        let mut world = self.world.world();
        let failing = world.fault.filter(|(at, _)| *at == world.operations + 1);
        if failing.is_some_and(|(_, fault)| fault == Fault::Fails) {
            world.nodes[self.node].dirty.clear();
        }
        world.change(|world| {
            world.nodes[self.node].sync();
            Ok(())
        })
    }
}
