using PeerReplica.Causality;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Hosting;

/// <summary>Looks for everything that is wrong with a running core's place in its cluster. Allocates nothing while nothing changes. Under the replica's gate.</summary>
internal sealed class HealthInspector(PeerReplicaOptions options, HealthMonitor monitor)
{
    private readonly Dictionary<string, Member?> _byNodeName = new(StringComparer.Ordinal);

    public void Look(ReplicaCore core, List<ReplicatedObject> registered, bool isShown, Instant now)
    {
        LookForSynchronization(core, isShown);
        LookForIsolation(core);
        LookAtSeeds(core);
        LookAtMembers(core, now);
        LookAtAdvertisedAddress(core, now);
        LookForExpectedReplicas(core);
        LookAtObjects(core, registered);
    }

    /// <summary>The first of many names; messages stay short.</summary>
    public static string Some(ICollection<string> names) =>
        names.Count <= 8 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(8))} and {names.Count - 8} more";

    private void LookForSynchronization(ReplicaCore core, bool isShown)
    {
        if (core.IsSynced && isShown) return;
        var key = new HealthKey(ReplicaHealthReason.NotSynchronized, default, null);
        var reason = core.IsSynced ? "validators are being asked about what arrived" : core.SyncStatus.Reason;
        var version = reason.GetHashCode(StringComparison.Ordinal);
        if (monitor.Observe(key, version: version, warnAfter: options.SeedTimeout + options.PeerTimeout) is not { } condition) return;
        monitor.Describe(
            condition, ReplicaHealthReason.NotSynchronized, core.Describe().NodeName,
            $"The first synchronization is not complete, so reads may miss what other replicas hold: {reason}.",
            "Wait for it. If it lasts, check that the seeds are other instances that run, and that this machine reaches them.");
    }

    private void LookForIsolation(ReplicaCore core)
    {
        if (options.Seeds.Count == 0 || HasOpenLink(core)) return;
        var after = options.SeedTimeout > options.PeerTimeout ? options.SeedTimeout : options.PeerTimeout;
        if (monitor.Observe(new(ReplicaHealthReason.Alone, default, null), after) is not { } condition) return;
        monitor.Describe(
            condition, ReplicaHealthReason.Alone, core.Describe().NodeName,
            $"This replica is alone although {options.Seeds.Count} {(options.Seeds.Count == 1 ? "seed is" : "seeds are")} configured ({Some(options.Seeds)}): nothing that it writes reaches another replica.",
            "Check that a seed is another instance that runs, that its address can be reached from here, and that ClusterName and SharedSecret are equal.");
    }

    private static bool HasOpenLink(ReplicaCore core)
    {
        foreach (var link in core.LinksInOrder)
        {
            if (link.IsOpen) return true;
        }

        return false;
    }

    private void LookAtSeeds(ReplicaCore core)
    {
        foreach (var name in core.Names)
        {
            if (!name.IsSeed || !IsUnreached(core, name)) continue;
            var key = new HealthKey(ReplicaHealthReason.SeedNotReached, default, name.Address);
            if (monitor.Observe(key, options.PeerTimeout) is not { } condition) continue;
            monitor.Describe(
                condition, key.Reason, name.Address,
                name.Failure is { } failure ? $"The seed {name.Address} does not resolve: {failure}." : $"No link with the seed {name.Address} could be opened.",
                "Check that the name resolves, that an instance runs there and that its port is reachable from here, or remove the address from Seeds.");
        }
    }

    /// <summary>Whether no address of a seed is linked although some were tried. This replica's own does not count.</summary>
    private static bool IsUnreached(ReplicaCore core, DialName name)
    {
        var hasFailed = name.Failures > 0;
        foreach (var target in core.Targets)
        {
            if (target.IsSelf || !target.Names.Contains(name)) continue;
            if (IsConnected(core, target)) return false;
            hasFailed |= target.HasFailed;
        }

        return hasFailed;
    }

    private static bool IsConnected(ReplicaCore core, DialTarget target)
    {
        foreach (var link in core.LinksInOrder)
        {
            if (link.IsOpen && (link.Id == target.LinkId || link.Peer!.Id == target.Replica || link.Peer.Address == target.Address)) return true;
        }

        return false;
    }

    private void LookAtMembers(ReplicaCore core, Instant now)
    {
        var self = core.Describe();
        _byNodeName.Clear();
        _byNodeName.Add(self.NodeName, null);
        foreach (var member in core.MembersInOrder)
        {
            if (core.IsPresent(member, now))
            {
                if (!_byNodeName.TryAdd(member.NodeName, member)) ReportDuplicate(self, _byNodeName[member.NodeName], member);
            }

            // Who is kept out has a finding of its own.
            if (member.Link is not null || core.IsOurPast(member) || core.IsKeptOut(member, now)) continue;
            ReportUnreachable(core, member, now);
        }
    }

    private void ReportDuplicate(ReplicaInfo self, Member? first, Member second)
    {
        var key = new HealthKey(ReplicaHealthReason.DuplicateNodeName, default, second.NodeName);

        // One that was killed stays present until its silence is seen, and once more until the evidence of others is old.
        if (monitor.Observe(key, options.PeerTimeout * 3, second.Id.GetHashCode()) is not { } condition) return;
        var (id, address) = first is null ? (self.Id, self.Address) : (first.Id, first.Address);
        var where = address == second.Address ? $"both at {address}" : $"at {address} and at {second.Address}";
        monitor.Describe(
            condition, key.Reason, second.NodeName,
            $"Two instances use the node name '{second.NodeName}': {id.ToShortString()} and {second.Id.ToShortString()}, {where}. They count as one for ExpectedReplicas.",
            address == second.Address
                ? "Stop one of them, or give each a NodeName and an Advertise address of its own."
                : "Give each instance a NodeName of its own.");
    }

    private void ReportUnreachable(ReplicaCore core, Member member, Instant now)
    {
        var key = new HealthKey(ReplicaHealthReason.MemberUnreachable, member.Id, null);
        var isPresent = core.IsPresent(member, now);
        if (monitor.Observe(key, options.PeerTimeout, isPresent ? 1 : 0) is not { } condition) return;
        monitor.Describe(
            condition, key.Reason, member.NodeName,
            $"The member '{member.NodeName}' at {member.Address} has had no link with this replica for more than {options.PeerTimeout.TotalSeconds:0.###} s. " +
            (isPresent ? "Other replicas reach it and pass changes on." : $"No replica reaches it; it is forgotten {options.ForgetAfter} after it was heard of last."),
            isPresent
                ? $"Check that {member.Address} is reachable from here, and set Advertise on '{member.NodeName}' to an address that its peers reach."
                : "Restart it, or check the network between. If it has ended for good, ForgetAsync returns its rights at once.");
    }

    private void LookAtAdvertisedAddress(ReplicaCore core, Instant now)
    {
        var (linked, failing, version) = (0, 0, 0L);
        foreach (var link in core.LinksInOrder)
        {
            if (!link.IsOpen) continue;
            linked++;
            if (!CannotDialHere(link, now)) continue;
            failing++;
            version += HashCode.Combine(link.Peer!.Id, link.AddressVerdict);
        }

        if (failing == 0) return;
        var key = new HealthKey(ReplicaHealthReason.AdvertisedAddressUnreachable, default, null);
        if (monitor.Observe(key, version: HashCode.Combine(linked, version)) is not { } condition) return;
        var self = core.Describe();
        var peers = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var link in core.LinksInOrder)
        {
            if (link.IsOpen && CannotDialHere(link, now)) peers.Add($"{link.Peer!.NodeName} ({Wording(link.AddressVerdict)})");
        }

        monitor.Describe(
            condition, key.Reason, self.Address,
            $"{failing} of {linked} linked peers cannot connect to {self.Address}, the address that this replica advertises: {Some(peers)}. They are linked only because this replica reached them.",
            $"Set Advertise to a host:port at which peers reach this replica, or make {self.Address} resolve to it and its port reachable.");
    }

    private static bool CannotDialHere(Link link, Instant now) => link.AddressVerdict != AddressVerdict.Reached && now < link.AddressVerdictUntil;

    private static string Wording(AddressVerdict verdict) => verdict switch
    {
        AddressVerdict.NotResolved => "the name does not resolve there",
        AddressVerdict.AnotherReplica => "another replica answers there",
        _ => "no answer",
    };

    private void LookForExpectedReplicas(ReplicaCore core)
    {
        if (options.ExpectedReplicas == 0 || !core.Escrow.IsActive || core.Escrow.View.IsFormed) return;
        var key = new HealthKey(ReplicaHealthReason.WaitingForExpectedReplicas, default, null);
        if (monitor.Observe(key, options.SeedTimeout, BootstrapHealth.VersionOf(core)) is not { } condition) return;
        var (message, remedy) = BootstrapHealth.Describe(core, options.ExpectedReplicas);
        monitor.Describe(condition, key.Reason, core.Describe().NodeName, message, remedy);
    }

    private void LookAtObjects(ReplicaCore core, List<ReplicatedObject> registered)
    {
        var declarations = core.Declarations;
        for (var i = 0; i < declarations.Differing.Count; i++)
        {
            var key = new HealthKey(ReplicaHealthReason.ObjectMismatch, default, declarations.Differing.GetKeyAtIndex(i));
            if (monitor.Observe(key, version: declarations.Version) is not { } condition) continue;
            var (message, remedy) = ObjectMismatch.Describe(declarations.Own(key.Name!), declarations.Differing.GetValueAtIndex(i));
            monitor.Describe(condition, key.Reason, key.Name!, message, remedy);
        }

        if (!core.Escrow.IsActive) return;
        foreach (var replicated in registered)
        {
            if (replicated is not EscrowObject escrow || declarations.Differing.ContainsKey(escrow.Identity.Name) || ObjectMismatch.Granted(core, escrow) is not { } granted) continue;
            var key = new HealthKey(ReplicaHealthReason.ObjectMismatch, default, escrow.Identity.Name);
            if (monitor.Observe(key, version: granted) is not { } condition) continue;
            var (message, remedy) = ObjectMismatch.Describe(escrow, granted);
            monitor.Describe(condition, key.Reason, key.Name!, message, remedy);
        }
    }
}
