using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>
/// The first synchronization, and which replica may be the first of a cluster.
/// <list type="number">
/// <item>With a synchronized peer: this replica is synchronized when it contains what the first such peer held.</item>
/// <item>Without seeds it is the first at once.</item>
/// <item>With seeds it is the first if no synchronized peer answers within <see cref="CoreOptions.SeedTimeout"/> and its own address is the lowest of all
/// seeds' addresses: seeds in the <see cref="AddressOrder"/> of their names, the addresses of one name in that of the addresses. If every other seed address
/// answered and none is synchronized, it does not wait.</item>
/// <item>If its own address is not among the seeds', but every seed address is linked and none is synchronized, the smallest id among them is the first.</item>
/// <item>So that a dead or foreign address does not keep the others waiting: if replicas at more than half of the seeds' addresses are linked, this one counted,
/// or <see cref="CoreOptions.ExpectedReplicas"/> of different node names, and no link has opened or closed for <see cref="CoreOptions.PeerTimeout"/>, the smallest
/// id among them is the first.</item>
/// <item><see cref="CoreOptions.MayBeFirst"/> permits it to any replica after <see cref="CoreOptions.SeedTimeout"/>.</item>
/// </list>
/// </summary>
internal sealed partial class ReplicaCore
{
    private Instant _startedAt;
    private Instant _linksChangedAt;
    private VersionVector? _syncTarget;

    /// <summary>Whether the first synchronization is complete, or this replica is the first of its cluster.</summary>
    public bool IsSynced { get; private set; }

    /// <summary>How far the first synchronization has come, for logs and reports.</summary>
    public SyncStatus SyncStatus { get; private set; } = new(SyncState.Seeking, "the replica has just started");

    private void TendFirstSync()
    {
        if (IsSynced) return;
        var status = LookForFirst();
        if (status.State == SyncState.Synchronized)
        {
            SyncStatus = status;
            IsSynced = true;
            Outputs.Add(CoreOutputKind.Synced);

            // At once: others may wait for it.
            foreach (var link in _links.InOrder())
            {
                if (link.IsOpen) SendStatus(link, restart: false);
            }

            return;
        }

        if (_now < _startedAt + _options.SeedTimeout) WakeAt(_startedAt + _options.SeedTimeout);
        if (SyncStatus == status) return;
        SyncStatus = status;
        if (status.State is SyncState.Unresolved or SyncState.WaitingForFirst) Outputs.Add(CoreOutputKind.NotSynced, status.Reason);
    }

    private SyncStatus LookForFirst()
    {
        var source = SynchronizedPeer(out var isWaiting);
        if (source is not null)
        {
            _syncTarget ??= source.Known.Copy();
            return ContainsWhatIsTaken(_syncTarget) ? default : new(SyncState.Receiving, "the first synchronization is under way");
        }

        _syncTarget = null;
        if (_options.Seeds.Count == 0) return isWaiting ? new(SyncState.Receiving, "a peer has connected and has not said what it holds") : default;
        var haveAllAnswered = HaveAllSeedsAnswered();
        if (isWaiting || (_now < _startedAt + _options.SeedTimeout && !haveAllAnswered)) return new(SyncState.Seeking, "the seeds were asked and have not answered yet");
        if (!ContainsWhatPeersHold()) return new(SyncState.Receiving, "what the linked peers hold is arriving");
        if (_options.MayBeFirst && _now >= _startedAt + _options.SeedTimeout) return default;
        var own = OwnSeed();
        if (own is { } address ? IsLowest(address) : haveAllAnswered && IsSmallest()) return default;
        if (!IsQuorumOfSeeds() && !IsExpectedNumber()) return WhyNotFirst(own);
        var settledAt = _linksChangedAt + _options.PeerTimeout;
        if (_now < settledAt) WakeAt(settledAt);
        else if (IsSmallest()) return default;
        return new(SyncState.Seeking, "most of the seeds' addresses answer and none is synchronized; the replica with the smallest id becomes the first once the links have settled");
    }

    /// <summary>Whether what the linked peers hold is here, their entries in the list of members among it: the first of a cluster must know who else is there.</summary>
    private bool ContainsWhatPeersHold()
    {
        foreach (var link in _links.InOrder())
        {
            if (link.IsOpen && !ContainsWhatIsTaken(link.Known)) return false;
        }

        return true;
    }

    /// <summary>The first linked peer that is synchronized; whether a link has yet to say.</summary>
    private Link? SynchronizedPeer(out bool isWaiting)
    {
        isWaiting = false;
        foreach (var link in _links.InOrder())
        {
            if (link.IsOpen && link.StatusReceived && _now >= link.UnsyncedUntil) return link;
            if (link.Phase == LinkPhase.Closed || link.Check is not null || (link.IsOpen && link.StatusReceived)) continue;
            if (link.IsOpen)
            {
                isWaiting = true;
                continue;
            }

            var until = link.LastHeard + PatienceWith(link);
            if (_now >= until) continue;
            isWaiting = true;
            WakeAt(until);
        }

        return null;
    }

    /// <summary>
    /// For how long a connection that says nothing holds the decision up: at first as long as a seed that says nothing. Later, services that accept and stay silent,
    /// however many and however often they are dialed, leave moments at which to decide; those that dialed this replica hold up nothing.
    /// </summary>
    private TimeSpan PatienceWith(Link link)
    {
        if (_now < _startedAt + (_options.SeedTimeout * 2)) return _options.SeedTimeout;
        return link.IsDialed ? _options.HeartbeatInterval : TimeSpan.Zero;
    }

    /// <summary>Whether every address of every seed but this replica's own is linked; false when there is no other.</summary>
    private bool HaveAllSeedsAnswered()
    {
        var others = 0;
        foreach (var name in _names)
        {
            if (name.IsSeed && name.Addresses.Count == 0) return false;
        }

        foreach (var target in _targets)
        {
            if (target.IsSelf || !target.IsOfSeed) continue;
            if (!IsReached(target)) return false;
            others++;
        }

        return others > 0;
    }

    /// <summary>The lowest of this replica's own addresses among the seeds', with its name; null when there is none.</summary>
    private (string Name, string Address)? OwnSeed()
    {
        (string Name, string Address)? lowest = null;
        foreach (var target in _targets)
        {
            if (!target.IsSelf) continue;
            foreach (var name in target.Names)
            {
                var own = (name.Address, target.Address);
                if (name.IsSeed && (lowest is not { } known || Compare(own, known) < 0)) lowest = own;
            }
        }

        return lowest;
    }

    private bool IsLowest((string Name, string Address) own)
    {
        foreach (var name in _names)
        {
            if (!name.IsSeed) continue;
            var order = AddressOrder.Compare(name.Address, own.Name);
            if (order < 0) return false;
            if (order > 0) continue;
            foreach (var address in name.Addresses)
            {
                if (AddressOrder.Compare(address, own.Address) < 0) return false;
            }
        }

        return true;
    }

    /// <summary>Whether this replica's id is the smallest among the linked peers and those that they are linked with.</summary>
    private bool IsSmallest()
    {
        foreach (var link in _links.InOrder())
        {
            if (!link.IsOpen) continue;
            if (link.Peer!.Id < Self) return false;
            foreach (var origin in link.PeerLinks)
            {
                if (Store.Origins[origin] < Self) return false;
            }
        }

        return true;
    }

    /// <summary>Whether replicas at more than half of the seeds' addresses are linked, this one counted if its own is among them.</summary>
    private bool IsQuorumOfSeeds()
    {
        var (addresses, linked, isAmong) = (0, 0, false);
        foreach (var name in _names)
        {
            if (name.IsSeed && name.Addresses.Count == 0) addresses++;
        }

        foreach (var target in _targets)
        {
            if (!target.IsOfSeed) continue;
            if (target.IsSelf)
            {
                isAmong = true;
                continue;
            }

            addresses++;
            if (IsReached(target)) linked++;
        }

        return isAmong ? (linked + 1) * 2 > addresses + 1 : linked * 2 > addresses;
    }

    /// <summary>Whether as many instances as are to form the cluster have met; one alone has met nobody.</summary>
    private bool IsExpectedNumber()
    {
        if (_options.ExpectedReplicas < 2) return false;
        var names = new HashSet<string>(StringComparer.Ordinal) { _options.NodeName };
        foreach (var link in _links.InOrder())
        {
            if (link.IsOpen) names.Add(link.Peer!.NodeName);
        }

        return names.Count >= _options.ExpectedReplicas;
    }

    private SyncStatus WhyNotFirst((string Name, string Address)? own)
    {
        var seeds = string.Join(", ", _options.Seeds);
        if (_names.TrueForAll(static n => !n.IsSeed || n.Addresses.Count == 0))
        {
            var failure = _names.Find(static n => n.IsSeed && n.Failure is not null)?.Failure;
            return new(SyncState.Unresolved, $"none of the seeds {seeds} resolves{(failure is null ? "" : $" ({failure})")}. Check Seeds and the name server");
        }

        var rule = own is { } address
            ? $"its own address {address.Address} is not the lowest of the seeds' addresses"
            : "its own address is not among the seeds' addresses";
        return new(
            SyncState.WaitingForFirst,
            $"no synchronized replica answers at the seeds {seeds}, and this one may not be the first of a cluster because {rule}, and no more than half of the seeds' addresses answer. " +
            "Start the replica at the lowest address or further ones, remove the addresses of instances that are gone, or set MayBeFirst on one instance");
    }

    private static int Compare((string Name, string Address) a, (string Name, string Address) b)
    {
        var order = AddressOrder.Compare(a.Name, b.Name);
        return order != 0 ? order : AddressOrder.Compare(a.Address, b.Address);
    }
}
