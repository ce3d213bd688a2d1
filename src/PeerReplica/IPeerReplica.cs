namespace PeerReplica;

/// <summary>
/// This process's replica: its place in the cluster, and its objects by name. Thread-safe. Reading works at every stage of its life; what other calls do before the start, while stopping and
/// after the end: <c>docs/reference/lifecycle.md</c>, "Calls at each stage".
/// </summary>
public interface IPeerReplica
{
    /// <summary>This replica.</summary>
    ReplicaInfo Self { get; }

    /// <summary>At which stage of its life it is; see <see cref="Fault"/> for why it faulted.</summary>
    ReplicaState State { get; }

    /// <summary>
    /// The broken invariant, or the failure of the start, that ended the replica, or <see langword="null"/>. It stays after a stop. A faulted replica neither sends nor receives; its state can
    /// still be read.
    /// </summary>
    Exception? Fault { get; }

    /// <summary>
    /// How this replica does now: whether it is ready and live, and everything that is wrong, each with a remedy. Evaluated when it is read; it never waits for peers. Each finding is also
    /// logged once when it arises (event 18) and once when it is over (event 19), and counted by the metric <c>peerreplica.health</c>.
    /// </summary>
    ReplicaHealth Health { get; }

    /// <summary>
    /// <see cref="Health"/> as it is, then each time its findings change. A reader that is slow gets the latest report only. The enumeration ends after the report that the replica was
    /// stopped or has faulted.
    /// </summary>
    IAsyncEnumerable<ReplicaHealth> WatchHealthAsync(CancellationToken cancellationToken = default);

    /// <summary>The other members that are known, in the order of their node names, then ids.</summary>
    IReadOnlyList<PeerInfo> Peers { get; }

    /// <summary>Where the units of all bounded counters and pools are, by name, as far as it is known here.</summary>
    IReadOnlyDictionary<string, EscrowAudit> Audits { get; }

    /// <summary>The objects that are registered here, in the order of their names. Costs nothing.</summary>
    IReadOnlyList<ReplicatedObjectInfo> Objects { get; }

    /// <summary>
    /// Counts what an object holds here. Looks at every entry of a map or set, about 50 ns each, and holds nobody up: ask seldom of a large one. No code of the app runs.
    /// </summary>
    /// <exception cref="UnknownObjectException">Nothing is registered under the name.</exception>
    ObjectSize MeasureObject(string name);

    /// <summary>
    /// Reads an object's entries without knowing its types, for tools such as a dashboard. Entries that cannot be read here are passed over. Reading does not postpone a sliding
    /// expiration. Entries come in no particular order, and the enumeration may be ended early; it sees changes that are made meanwhile, or does not.
    /// </summary>
    /// <exception cref="UnknownObjectException">Nothing is registered under the name.</exception>
    IEnumerable<ObjectEntry> InspectObject(string name);

    /// <summary>Every change of <see cref="Peers"/>' states from the beginning of the enumeration on, until the replica is stopped.</summary>
    /// <exception cref="ReplicaNotRunningException">Thrown by the enumeration when the replica faults or fails to start.</exception>
    IAsyncEnumerable<PeerEvent> WatchPeersAsync(CancellationToken cancellationToken = default);

    /// <summary>Whether the first synchronization, for which <see cref="WaitUntilSyncedAsync"/> waits, is complete. Once it is <see langword="true"/> it stays so, also after the end.</summary>
    bool IsSynced { get; }

    /// <summary>
    /// Returns when this replica holds everything that the first synchronized peer it reached held, and validators have answered about it, or when it is the first of its cluster. Without
    /// <see cref="PeerReplicaOptions.Seeds"/> it is the first at once. With seeds it is the first only by the rule in <c>docs/explanation/guarantees.md</c>: its own address is the lowest of
    /// the seeds' addresses, or more than half of them answer, and no synchronized replica answers within <see cref="PeerReplicaOptions.SeedTimeout"/>. Otherwise it waits,
    /// and <see cref="Health"/> says why: a replica that reaches nobody, or a seed that turns out to be itself, does not end the wait. Called before the start it waits for that too.
    /// </summary>
    /// <exception cref="ReplicaNotRunningException">The replica failed to start, faulted or was stopped, and will never be synchronized.</exception>
    Task WaitUntilSyncedAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// A hash of the content of all replicated objects, as 16 hexadecimal digits. Two replicas that hold the same changes have the same hash; who is a
    /// member does not matter to it. Writes that are not yet published are published first. Waits for the start; after the end it is of what was here last.
    /// </summary>
    /// <exception cref="ReplicaNotRunningException">The replica ended without having been started.</exception>
    Task<string> GetContentHashAsync(CancellationToken cancellationToken = default);

    /// <summary>Returns when every write made here so far is held by as many replicas as <paramref name="concern"/> asks for.</summary>
    /// <exception cref="WriteConcernException">Too few confirmed in time. The writes stay.</exception>
    /// <exception cref="ReplicaNotRunningException">The replica ended before enough had confirmed.</exception>
    Task FlushAsync(WriteConcern concern, CancellationToken cancellationToken = default);

    /// <summary>Pulls what as many replicas as <paramref name="concern"/> asks for hold.</summary>
    /// <exception cref="ReadConcernException">Too few answered in time.</exception>
    /// <exception cref="ReplicaNotRunningException">The replica ended before enough had answered.</exception>
    Task RefreshAsync(ReadConcern concern, CancellationToken cancellationToken = default);

    /// <summary>
    /// Declares a replica dead for good: nobody waits for it any more, and what it had the right to take and certainly did not take returns to those that are left. It is safe to be
    /// wrong: a replica that is alive after all can take no more than its allowance, which is not given to others, and finds out when it is reached again; it must then be restarted
    /// to take part again. Returns when a majority of the voters has agreed.
    /// </summary>
    /// <param name="replica">The replica; see <see cref="Peers"/>.</param>
    /// <param name="hasEnded">
    /// <see langword="true"/> vouches that its process has ended, so that its own vote need not be waited for. Where only two voters are left and one has died, nothing else helps. It is
    /// <em>not</em> safe to be wrong about this. With certificates and four voters or more the word of one replica is not enough: call this at two instances that vote, or at three of
    /// seven.
    /// </param>
    /// <param name="cancellationToken">Ends the waiting and withdraws the wish, unless it was carried out before.</param>
    /// <exception cref="PeerReplicaException">No majority agreed within <see cref="PeerReplicaOptions.ConcernTimeout"/>, or it names this replica. The wish stays, and is carried out once a majority can be reached.</exception>
    Task ForgetAsync(ReplicaId replica, bool hasEnded = false, CancellationToken cancellationToken = default);

    /// <summary>The identities that are expelled from the cluster, as far as it is known here, in order.</summary>
    IReadOnlyList<string> Expelled { get; }

    /// <summary>
    /// Expels an identity from the cluster: every replica closes its links with it, refuses its connections and does
    /// not dial it, until <see cref="ReadmitAsync"/>. In force here when the call returns, and on each other replica as
    /// soon as the decision reaches it; wait for that with <see cref="FlushAsync"/>. The decision is replicated: it
    /// outlives every restart but that of the whole cluster. Of decisions that did not know of each other the later one
    /// holds. What the peer wrote before stays; its units of bounded counters and pools return once it is forgotten
    /// (<see cref="ForgetAsync"/>).
    /// </summary>
    /// <param name="identity">
    /// As <see cref="PeerInfo.Identity"/> has it: a certificate's <c>spiffe://cluster/peerreplica/node</c> or
    /// <c>dns:node.peerreplica.cluster</c>, or with a shared secret the <c>key:</c> of one run of a process. With a
    /// shared secret a restarted process is another identity: replace the secret as well.
    /// </param>
    /// <param name="cancellationToken">Ends the waiting for the start.</param>
    /// <exception cref="ArgumentException">It is no identity, or longer than 512 bytes of UTF-8.</exception>
    /// <exception cref="PeerReplicaException">
    /// Peers have no identities here, since neither a secret nor certificates are set; or 1,024 identities have been
    /// expelled since the cluster began, readmitted ones included.
    /// </exception>
    /// <exception cref="ReplicaNotRunningException">The replica does not run.</exception>
    Task ExpelAsync(string identity, CancellationToken cancellationToken = default);

    /// <summary>
    /// Readmits an identity that was expelled. Nothing happens if it is not expelled. Takes effect, and throws, as
    /// <see cref="ExpelAsync"/> does. The other replicas dial the instance at once, and it dials them within a minute.
    /// </summary>
    /// <exception cref="PeerReplicaException">This replica is itself expelled: its peers do not hear it.</exception>
    Task ReadmitAsync(string identity, CancellationToken cancellationToken = default);

    /// <summary>The counter registered as <paramref name="name"/>.</summary>
    /// <exception cref="UnknownObjectException">Nothing is registered under the name.</exception>
    /// <exception cref="ObjectTypeException">Something of another type is registered under the name.</exception>
    ICounter GetCounter(string name);

    /// <summary>The bounded counter registered as <paramref name="name"/>. Throws as <see cref="GetCounter"/> does.</summary>
    IBoundedCounter GetBoundedCounter(string name);

    /// <summary>The pool registered as <paramref name="name"/>. Throws as <see cref="GetCounter"/> does.</summary>
    IPool<T> GetPool<T>(string name)
        where T : notnull;

    /// <summary>The register registered as <paramref name="name"/>. Throws as <see cref="GetCounter"/> does.</summary>
    IRegister<T> GetRegister<T>(string name);

    /// <summary>The multi-value register registered as <paramref name="name"/>. Throws as <see cref="GetCounter"/> does.</summary>
    IMultiValueRegister<T> GetMultiValueRegister<T>(string name);

    /// <summary>The map registered as <paramref name="name"/>. Throws as <see cref="GetCounter"/> does.</summary>
    IReplicatedMap<TKey, TValue> GetMap<TKey, TValue>(string name)
        where TKey : notnull;

    /// <summary>The set registered as <paramref name="name"/>. Throws as <see cref="GetCounter"/> does.</summary>
    IReplicatedSet<T> GetSet<T>(string name)
        where T : notnull;

    /// <summary>The flag registered as <paramref name="name"/>. Throws as <see cref="GetCounter"/> does.</summary>
    IFlag GetFlag(string name);

    /// <summary>The presence registered as <paramref name="name"/>. Throws as <see cref="GetCounter"/> does.</summary>
    IPresence<T> GetPresence<T>(string name);
}
