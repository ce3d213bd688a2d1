using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>Names: when they are resolved, and the addresses to dial that follow from the answers.</summary>
internal sealed partial class ReplicaCore
{
    /// <summary>So many addresses of one seed are dialed at once; the next follow a step later.</summary>
    private const int ParallelSeedAddresses = 8;

    /// <summary>The most addresses of one name that are dialed: far above a cluster, far below what a bad answer could cost.</summary>
    private const int MaxAddresses = 128;

    /// <summary>
    /// How many addresses that members advertise are dialed at a time, and how many of their names are resolved: a peer can
    /// announce members without end. Seeds are the operator's, and come besides.
    /// </summary>
    private const int MaxDials = 16;

    /// <summary>The delay between attempts at the addresses of one peer (RFC 8305, section 5).</summary>
    private static readonly TimeSpan s_attemptDelay = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan s_queryWhileAlone = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_queryWhileSeeking = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_queryWhileLinked = TimeSpan.FromSeconds(30);

    private readonly List<DialName> _names = [];
    private readonly List<DialTarget> _targets = [];
    private long _lastQueryId;
    private long _lastDialId;
    private bool _mayHaveOrphans;

    /// <summary>With which target and name to begin: those before had their turn when the limit was reached.</summary>
    private int _firstTarget;
    private int _firstName;

    /// <summary>The seeds and the members' names. Under the owner's lock.</summary>
    public List<DialName> Names => _names;

    /// <summary>A name was resolved.</summary>
    /// <param name="queryId">The query, as asked for with <see cref="CoreOutputKind.Resolve"/>.</param>
    /// <param name="addresses">All addresses, as <c>host:port</c>, in the order to try them; empty when there are none.</param>
    /// <param name="failure">Why there are none; null otherwise.</param>
    /// <param name="now">The time.</param>
    public void Resolved(long queryId, IReadOnlyList<string> addresses, string? failure, Instant now)
    {
        _now = now;
        if (TryResolveForCheck(queryId, addresses) || _names.Find(n => n.QueryId == queryId) is not { } name) return;
        name.QueryId = 0;
        name.Failure = addresses.Count == 0 ? failure ?? "there is no such address" : null;
        if (addresses.Count > 0)
        {
            name.Failures = 0;
            SetAddresses(name, [.. addresses.Distinct(StringComparer.OrdinalIgnoreCase).Take(MaxAddresses)]);
            name.NextQuery = now + QueryInterval(name);
            return;
        }

        name.NextQuery = _backoff.After(now, name.Failures++);
        UseObservedAddress(name);
    }

    private void AddName(string address, Member? member, Instant firstQuery)
    {
        _names.Add(new DialName(address, member, !_options.ResolvesNames || IsLiteral(address)) { NextQuery = firstQuery });
    }

    private void DropNames(ReplicaId member)
    {
        foreach (var name in _names)
        {
            if (name.Member?.Id == member) SetAddresses(name, []);
        }

        _names.RemoveAll(n => n.Member?.Id == member);
    }

    /// <summary>An address that is not in the answer any more is dropped, unless it is linked; a new one is dialed. Others keep their waits.</summary>
    private void SetAddresses(DialName name, IReadOnlyList<string> addresses)
    {
        name.Addresses = addresses;
        foreach (var target in _targets)
        {
            if (target.Names.Contains(name) && !addresses.Contains(target.Address, StringComparer.OrdinalIgnoreCase)) target.Names.Remove(name);
        }

        for (var i = 0; i < addresses.Count; i++)
        {
            var step = name.IsSeed ? i / ParallelSeedAddresses : i;
            AddTarget(name, addresses[i], _now + (s_attemptDelay * step));
        }

        _mayHaveOrphans = true;
    }

    private void AddTarget(DialName name, string address, Instant firstAttempt)
    {
        if (name.Member is { } member && _options.WhyNotDialed(name.Address, address) is { } reason)
        {
            if (name.IsRefusalTold) return;
            name.IsRefusalTold = true;
            var detail = $"{address} of '{member.NodeName}', which advertises {name.Address}: {reason}";
            Outputs.Add(CoreOutputKind.NotDialed, detail);
            return;
        }

        if (_targets.Find(t => string.Equals(t.Address, address, StringComparison.OrdinalIgnoreCase)) is not { } target)
        {
            target = new DialTarget(address) { NextAttempt = firstAttempt, IsSelf = address == _options.Address };
            _targets.Add(target);
        }

        if (!target.Names.Contains(name)) target.Names.Add(name);
    }

    /// <summary>
    /// A member whose advertised name does not resolve here, or resolves to addresses that do not answer, is dialed at the address it was
    /// linked from, with the port it advertises, and at those where other peers have seen it.
    /// </summary>
    private void UseObservedAddress(DialName name)
    {
        if (name.Member is not { } member) return;
        if (member.ObservedHost is { } host) AddTarget(name, WithPortOf(host, name.Address), _now);
        foreach (var address in member.Alternatives) AddTarget(name, address, _now);
    }

    /// <summary>A member has said where others see it: it is dialed there at once, unless its advertised address may still answer.</summary>
    private void TryAlternatives(Member member)
    {
        if (member.Link is not null) return;
        foreach (var name in _names)
        {
            if (name.Member == member) UseObservedAddressIfSilent(name);
        }
    }

    private static string WithPortOf(string host, string address) => $"{host}:{address[(address.LastIndexOf(':') + 1)..]}";

    private void TendNames()
    {
        // Counted when one is due: in most steps none is.
        int? underWay = null;
        var (first, count) = (_firstName, _names.Count);
        _firstName = 0;
        for (var i = 0; i < count; i++)
        {
            var index = (first + i) % count;
            var name = _names[index];
            if (name.QueryId != 0 || name.Member is { Link: not null }) continue;
            if (_now < name.NextQuery)
            {
                if (name.NextQuery != Instant.Never) WakeAt(name.NextQuery);
                continue;
            }

            if (name.IsLiteral)
            {
                name.NextQuery = name.IsSeed ? Instant.Never : _now + s_queryWhileLinked;
                SetAddresses(name, [name.Address]);
                if (!name.IsSeed) UseObservedAddressIfSilent(name);
                continue;
            }

            if (!name.IsSeed && (underWay ??= QueriesUnderWay()) >= MaxDials)
            {
                if (_firstName == 0) _firstName = index;
                continue;
            }

            if (!name.IsSeed) underWay++;
            name.QueryId = ++_lastQueryId;
            Outputs.Resolve(name.QueryId, name.Address);
        }
    }

    private void TendTargets()
    {
        TendNames();
        if (_mayHaveOrphans)
        {
            _mayHaveOrphans = false;
            _targets.RemoveAll(static t => t.Names.Count == 0 && t.IsIdle);
        }

        int? underWay = null;
        var (first, count) = (_firstTarget, _targets.Count);
        _firstTarget = 0;
        for (var i = 0; i < count; i++)
        {
            var index = (first + i) % count;
            var target = _targets[index];
            if (!IsDue(target)) continue;
            if (!target.IsOfSeed && (underWay ??= DialsUnderWay()) >= MaxDials)
            {
                if (_firstTarget == 0) _firstTarget = index;
                continue;
            }

            if (!target.IsOfSeed) underWay++;
            target.DialId = ++_lastDialId;
            Outputs.Dial(target.DialId, target.Address);
        }
    }

    private int QueriesUnderWay()
    {
        var count = 0;
        foreach (var name in _names)
        {
            if (name.QueryId != 0 && !name.IsSeed) count++;
        }

        return count;
    }

    private int DialsUnderWay()
    {
        var count = 0;
        foreach (var target in _targets)
        {
            if (target.DialId != 0 && !target.IsOfSeed) count++;
        }

        return count;
    }

    private bool IsDue(DialTarget target)
    {
        if (target.IsSelf || !target.IsIdle || !IsWanted(target)) return false;
        var at = Instant.Max(Instant.Max(target.NextAttempt, PausedUntil(target.Replica)), KeptOutUntil(target));
        if (_now >= at) return true;
        WakeAt(at);
        return false;
    }

    private bool IsWanted(DialTarget target)
    {
        if (IsReached(target)) return false;
        foreach (var name in target.Names)
        {
            if (name.Member is not { Link: not null }) return true;
        }

        return false;
    }

    /// <summary>Whether the replica that answered at an address is linked, by whatever connection.</summary>
    private bool IsReached(DialTarget target) => target.Replica is { } answered && IsLinked(answered);

    private TimeSpan QueryInterval(DialName name)
    {
        if (!HasOpenLink()) return s_queryWhileAlone;
        UseObservedAddressIfSilent(name);
        foreach (var target in _targets)
        {
            if (!target.IsSelf && target.Names.Contains(name) && target.LinkId == 0 && !IsReached(target)) return s_queryWhileSeeking;
        }

        return s_queryWhileLinked;
    }

    private void UseObservedAddressIfSilent(DialName name)
    {
        if (_targets.TrueForAll(t => !t.Names.Contains(name) || t.HasFailed)) UseObservedAddress(name);
    }

    private bool HasOpenLink()
    {
        foreach (var link in _links.InOrder())
        {
            if (link.IsOpen) return true;
        }

        return false;
    }

    /// <summary>Whether an address names an IP address: digits and dots, or brackets.</summary>
    private static bool IsLiteral(string address)
    {
        var host = address.AsSpan(0, Math.Max(0, address.LastIndexOf(':')));
        if (host is ['[', ..]) return true;
        foreach (var c in host)
        {
            if (c != '.' && !char.IsAsciiDigit(c)) return false;
        }

        return true;
    }

    /// <summary>The host of an address that a connection came from; null when there is none.</summary>
    private static string? HostOf(string remoteAddress)
    {
        var colon = remoteAddress.LastIndexOf(':');
        return colon > 0 ? remoteAddress[..colon] : null;
    }
}
