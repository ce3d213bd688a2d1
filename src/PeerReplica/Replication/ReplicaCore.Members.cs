using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>Members: who belongs to the cluster, whom to dial, whom to forget.</summary>
internal sealed partial class ReplicaCore
{
    /// <summary>
    /// The most members that are dialed and waited for. Those announced beyond it count once they are linked, or there is
    /// room: nobody who is not linked is missed but by whoever would have dialed them.
    /// </summary>
    public const int MaxMembers = 1024;

    private readonly MembersObject _members;
    private bool _hasPassedOver;
    private bool _mayHaveRoom;
    private readonly SortedList<ReplicaId, Member> _memberTable = [];
    private readonly ReplicaInfo _description;
    private bool _mustAnnounce;
    private bool _isLeaving;

    /// <summary>The members known now, this replica not counted, by id.</summary>
    public IEnumerable<Member> Members => _memberTable.Values;

    /// <summary>The same, for a walk that allocates nothing.</summary>
    public SortedValues<ReplicaId, Member> MembersInOrder => _memberTable.InOrder();

    /// <summary>What this replica dials.</summary>
    public List<DialTarget> Targets => _targets;

    /// <summary>Whether a member is linked, or was heard of through others lately.</summary>
    public bool IsPresent(ReplicaId id, Instant now) => _memberTable.TryGetValue(id, out var member) && IsPresent(member, now);

    /// <summary>The same of a member that is at hand.</summary>
    public bool IsPresent(Member member, Instant now) => member.Link is not null || now < member.LastEvidence + _options.PeerTimeout;

    /// <summary>This replica as others know it.</summary>
    public ReplicaInfo Describe() => _description;

    /// <summary>Leaves in good order: the others stop waiting for this replica. Links stay until <see cref="Stop"/>.</summary>
    public void Leave(Instant now)
    {
        _now = now;
        _isLeaving = true;
        RemoveMember(Self);
    }

    /// <summary>Closes every link.</summary>
    public void Stop(Instant now)
    {
        _now = now;
        _isLeaving = true;
        foreach (var link in _links.InOrder()) Close(link, LinkVerdict.Stopping, null);
        RemoveClosed();
    }

    /// <summary>Declares a member gone for good: tombstones no longer wait for it. Should it return, it gets the full state and its own changes are merged.</summary>
    /// <param name="member">The member.</param>
    /// <param name="hasEnded">Whether its process is known to be gone.</param>
    /// <param name="now">The time.</param>
    public void Forget(ReplicaId member, bool hasEnded, Instant now)
    {
        _now = now;
        Escrow.AskToClose(member, hasEnded);
        _isEscrowDue = true;
        Dismiss(member);
    }

    private void Dismiss(ReplicaId member)
    {
        RemoveMember(member);
        Outputs.Add(CoreOutputKind.Forgotten, member.ToString());
    }

    /// <summary>An attempt to connect failed.</summary>
    public void DialFailed(long dialId, Instant now)
    {
        _now = now;
        RenewalFailed(dialId);
        if (CheckedBy(dialId) is { } member) EndDialForCheck(member, dialId, AddressVerdict.NoAnswer);
        if (_targets.Find(t => t.DialId == dialId) is not { } target) return;
        target.DialId = 0;
        target.NextAttempt = _backoff.After(now, target.Failures++);
        _mayHaveOrphans = true;
    }

    private void DialEnded(long dialId, Link link)
    {
        if (_targets.Find(t => t.DialId == dialId) is not { } target) return;
        target.DialId = 0;
        target.LinkId = link.Id;
        link.DialedAddress = target.Address;
    }

    private void Announce()
    {
        _mustAnnounce = false;
        var entry = _members.EntryOf(Self);
        entry.PendingWrite = new DetachedRecord
        {
            Payload = MembersObject.Encode(_options.NodeName, _options.Address, _alternatives),
            Stamp = Store.MaxStamp.Next,
        };
        Publish(entry);
    }

    private void RemoveMember(ReplicaId id)
    {
        var entry = _members.EntryOf(id);
        if (entry.Components is null) return;
        entry.PendingWrite = new DetachedRecord { Stamp = Store.MaxStamp.Next };
        Publish(entry);
    }

    private void OnMemberEntryChanged(OpaqueEntry entry)
    {
        _isCountStale = true;
        var id = MembersObject.IdOf(entry);
        var winner = Store.LastWriter(entry);
        if (id == Self)
        {
            // Somebody took us for dead, or we are back after having been forgotten.
            _mustAnnounce |= winner is null && !_isLeaving;
            return;
        }

        if (winner is null || !MembersObject.TryDecode(winner.Payload, out var nodeName, out var address, out var alternatives))
        {
            if (_memberTable.Remove(id)) Outputs.PeerChanged(id);
            _mayHaveRoom = _hasPassedOver;
            Declarations.Forget(id);
            _mayCollect = true;
            _peerPauses.Remove(id);
            DropNames(id);
            return;
        }

        if (_memberTable.TryGetValue(id, out var known))
        {
            known.NodeName = nodeName;
            known.Alternatives = alternatives;
            if (known.Address == address)
            {
                TryAlternatives(known);
                return;
            }

            known.Address = address;
            known.AddressCheck = new AddressCheck { NextAt = _now + _options.PeerTimeout };
            DropNames(id);
            AddName(address, known, _now);
            return;
        }

        if (_memberTable.Count >= MaxMembers && !IsLinked(id))
        {
            PassOver();
            return;
        }

        // A replica announces itself, so its entry makes it known as an origin. What another one says of it waits for that.
        if (!Store.Origins.TryGetIndex(id, out var origin)) return;
        var member = new Member(id, origin, nodeName, address, _now) { Alternatives = alternatives };
        _memberTable.Add(id, member);
        foreach (var link in _links.InOrder())
        {
            if (link.IsOpen && link.Peer!.Id == id) Attach(member, link);
        }

        // The smaller id dials first, so that a pair seldom ends with two connections to choose from.
        var patience = Self < id ? TimeSpan.Zero : _options.HeartbeatInterval / 2;
        AddName(address, member, _now + patience);
        Outputs.PeerChanged(id);
    }

    /// <summary>Says so once, until there is room for all.</summary>
    private void PassOver()
    {
        Counters.MembersPassedOver++;
        if (_hasPassedOver) return;
        _hasPassedOver = true;
        Outputs.Add(CoreOutputKind.LimitReached, $"more than {MaxMembers:N0} members are announced. The others are not dialed " +
            "and not waited for until there is room; look for an instance that makes them up");
    }

    /// <summary>A link with a replica has opened that may have been passed over.</summary>
    private void AdmitLinked(ReplicaId id)
    {
        if (_hasPassedOver && _members.Find(id) is { } entry) OnMemberEntryChanged(entry);
    }

    private void AdmitPassedOver()
    {
        _mayHaveRoom = false;
        foreach (var entry in _members.Entries)
        {
            if (_memberTable.Count >= MaxMembers) return;
            if (_memberTable.ContainsKey(MembersObject.IdOf(entry)) || Store.LastWriter(entry) is null) continue;
            OnMemberEntryChanged(entry);
        }

        _hasPassedOver = false;
    }

    private void Attach(Member member, Link link)
    {
        _isCountStale = true;
        member.Link = link;
        member.Identity ??= link.Identity?.Name;
        member.PeerKey = link.PeerKey;
        member.LastEvidence = _now;
        member.ObservedHost = HostOf(link.RemoteAddress);
        ScheduleCheck(member);
    }

    private void TendMembers()
    {
        if (_mustAnnounce && !_isLeaving) Announce();
        if (_isLeaving) return;
        if (_mayHaveRoom) AdmitPassedOver();
        TendTargets();
        TendAddressChecks();
        List<ReplicaId>? gone = null;
        foreach (var member in _memberTable.InOrder())
        {
            if (member.Link is not null)
            {
                member.LastEvidence = _now;
                continue;
            }

            var forgetAt = member.LastEvidence + (IsOurPast(member) ? _options.PeerTimeout : _options.ForgetAfter);
            if (_now >= forgetAt) (gone ??= []).Add(member.Id);
            else WakeAt(forgetAt);
        }

        gone?.ForEach(Dismiss);
    }

    /// <summary>Whether a member is an earlier run of this very instance.</summary>
    public bool IsOurPast(Member member) => member.NodeName == _options.NodeName && member.Address == _options.Address;

    private bool IsLinked(ReplicaId id) => OpenLinkWith(id) is not null;
}
