using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>
/// Who is kept out: identities that sent what cannot be valid, for a while, and identities that an operator expelled,
/// until they are readmitted.
/// <list type="number">
/// <item>The identity is the one that the transport authenticated. Without authentication it is the replica id with
/// the host that the link comes from, so that nobody is kept out for what another host sent in its name.</item>
/// <item>A link is closed, a hello refused and an address not dialed for what its own identity did, and for nothing else.</item>
/// </list>
/// </summary>
internal sealed partial class ReplicaCore
{
    /// <summary>
    /// The first quarantine: as long as the longest wait between two attempts to dial, so that one damaged frame
    /// costs no more than a lost connection.
    /// </summary>
    public static readonly TimeSpan FirstQuarantine = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_longestQuarantine = TimeSpan.FromMinutes(10);

    /// <summary>How long a replica that was told that it is expelled waits before it dials the same peer again.</summary>
    private static readonly TimeSpan s_askAgainAfterExpulsion = TimeSpan.FromMinutes(1);

    /// <summary>What is said when a peer has expelled this replica.</summary>
    public const string ExpelledThere = "it refused: this replica's identity was expelled from the cluster";

    /// <summary>What is said when a peer keeps this replica in quarantine.</summary>
    public const string QuarantinedThere =
        "it refused: it keeps this replica out for a while, because this replica sent what cannot be valid";

    /// <summary>
    /// Whether the message that is handled is wrong in a way that an honest peer may have taken over from another
    /// one.
    /// </summary>
    private bool _isUnattributable;

    public Quarantine Quarantine { get; }

    /// <summary>Whether an identity is in quarantine here.</summary>
    public bool IsQuarantined(string? key, Instant now) => Quarantine.Until(key) > now;

    /// <summary>Whether a member is in quarantine here, or its identity is expelled.</summary>
    public bool IsKeptOut(Member member, Instant now) => IsExpelled(member.Identity) || IsQuarantined(member.PeerKey, now);

    /// <summary>
    /// A peer sent what cannot be valid: its link ends with the verdict, and its identity is kept out for a while. A
    /// stranger that has neither an identity nor said hello only loses the link.
    /// </summary>
    private void Offend(Link link, LinkVerdict verdict, string detail)
    {
        if (link.Phase == LinkPhase.Closed) return;
        if (link.PeerKey is not { } key)
        {
            Close(link, verdict, detail);
            return;
        }

        var peer = Quarantine.Add(key, counts: !_isUnattributable, _now);
        peer.Detail = detail;
        if (link.Peer is { } hello) peer.Replica = new ReplicaInfo(hello.Id, hello.NodeName, hello.Address);
        Counters.Quarantined++;
        Outputs.Quarantined(link, verdict, key);
        Close(link, verdict, null);
        foreach (var other in _links.InOrder())
        {
            if (other.PeerKey == key) End(other, LinkVerdict.Quarantined, null);
        }
    }

    /// <summary>Ends a link of an identity that is kept out, also one whose place another has taken.</summary>
    private void End(Link link, LinkVerdict verdict, string? detail)
    {
        if (link.IsRetired) EndRetired(link);
        else Close(link, verdict, detail);
    }

    /// <summary>Refuses a message for what an honest peer may have taken from another one in good faith.</summary>
    private bool RefuseUnattributable()
    {
        _isUnattributable = true;
        return false;
    }

    /// <summary>The name under which the other end of a link is kept out.</summary>
    private static string KeyOf(Link link, ReplicaId id) =>
        link.Identity?.Name ?? $"{id}@{HostOf(link.RemoteAddress) ?? link.RemoteAddress}";

    /// <summary>Refuses a hello of an identity that is kept out.</summary>
    private bool IsKeptOut(Link link, ReplicaId id)
    {
        if (KeptOutUntil(link.PeerKey) <= _now) return false;

        // A member that this replica has not been linked with is dialed no more. What a caller says its id is does not matter.
        if (link.IsDialed && _memberTable.TryGetValue(id, out var member)) member.PeerKey ??= link.PeerKey;
        if (IsExpelled(link.PeerKey)) Close(link, LinkVerdict.Expelled, link.PeerKey);
        else Close(link, LinkVerdict.Quarantined, $"{link.PeerKey} sent what cannot be valid, and its quarantine is not over");
        return true;
    }

    /// <summary>
    /// Until when an address is not dialed because of who is there: all members that advertise it, or, if none does,
    /// who answered there last.
    /// </summary>
    private Instant KeptOutUntil(DialTarget target)
    {
        if (Quarantine.Count == 0 && _expelled.Count == 0) return default;
        var until = KeptOutUntil(target.PeerKey);
        foreach (var name in target.Names)
        {
            if (name.Member is not { } member) continue;
            var memberUntil = KeptOutUntil(member.PeerKey);
            if (memberUntil <= _now) return default;
            until = Instant.Max(until, memberUntil);
        }

        return until;
    }

    private Instant KeptOutUntil(string? key) => IsExpelled(key) ? Instant.Never : Quarantine.Until(key);

    private void TendQuarantine()
    {
        while (Quarantine.TryTakeOver(_now, out var peer))
        {
            if (peer.Replica is { } replica) Outputs.PeerChanged(replica.Id);
        }

        WakeAt(Quarantine.Next);
    }

    /// <summary>The peer has closed the link and says that it keeps this replica out.</summary>
    private void OnKeptOutThere(Link link, LinkVerdict reason)
    {
        if (reason == LinkVerdict.Expelled) link.RetryAt = _now + s_askAgainAfterExpulsion;
        else if (reason == LinkVerdict.Quarantined) link.RetryAt = _now + FirstQuarantine;
        if (reason == LinkVerdict.Expelled) _expelledThereAt = _now;
    }
}
