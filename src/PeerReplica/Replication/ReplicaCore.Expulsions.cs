using PeerReplica.Causality;
using PeerReplica.Crdts;

namespace PeerReplica.Replication;

/// <summary>
/// Identities that an operator expelled from the cluster.
/// <list type="number">
/// <item>What is decided is in force in the step in which it comes to be here: links of an expelled identity end
/// before the step sends anything.</item>
/// <item>Of several decisions on one identity the one with the greatest timestamp holds.</item>
/// <item>A peer's own record that readmits its own identity is never taken on its link.</item>
/// </list>
/// </summary>
internal sealed partial class ReplicaCore
{
    private readonly ExpulsionsObject _expulsions;
    private readonly SortedSet<string> _expelled = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _decidedNow = new(StringComparer.Ordinal);
    private Instant _expelledThereAt;

    /// <summary>The expelled identities, in order.</summary>
    public IReadOnlyCollection<string> Expelled => _expelled;

    /// <summary>Whether a peer lately said that this replica is expelled, and no link is open.</summary>
    public bool IsExpelledThere(Instant now) =>
        _expelledThereAt.Ticks != 0 && now < _expelledThereAt + (s_askAgainAfterExpulsion * 3) && !HasOpenLink();

    public bool IsExpelled(string? identity) => identity is not null && _expelled.Contains(identity);

    /// <summary>Whether there is room for a decision on an identity.</summary>
    public bool AdmitsDecision(string identity) =>
        _expulsions.Find(ExpulsionsObject.KeyOf(identity)) is not null
        || CountOfDecisions() < ExpulsionsObject.MaxIdentities;

    /// <summary>Expels an identity, or readmits it. Nothing happens if that is so already.</summary>
    /// <param name="identity">The identity.</param>
    /// <param name="isExpelled">Whether it is to be expelled.</param>
    /// <param name="stamp">The wall time; the decision is later than all that are known here.</param>
    /// <param name="now">The time.</param>
    public void Decide(string identity, bool isExpelled, HybridTimestamp stamp, Instant now)
    {
        _now = now;
        if (IsExpelled(identity) == isExpelled) return;
        var entry = (OpaqueEntry)_expulsions.EntryOf(ExpulsionsObject.KeyOf(identity));
        entry.PendingWrite = new DetachedRecord
        {
            Payload = ExpulsionsObject.Encode(isExpelled),
            Stamp = HybridTimestamp.Max(stamp, Store.MaxStamp.Next),
        };
        Publish(entry);
    }

    private void OnExpulsionChanged(OpaqueEntry entry)
    {
        var identity = ExpulsionsObject.IdentityOf(entry);
        var winner = LastThatCounts(entry);
        var isExpelled = winner is not null && ExpulsionsObject.TryRead(winner.Payload, out var expelled) && expelled;
        if (isExpelled ? !_expelled.Add(identity) : !_expelled.Remove(identity)) return;
        _decidedNow.Add(identity);
        Outputs.Add(isExpelled ? CoreOutputKind.Expelled : CoreOutputKind.Readmitted, identity);
    }

    /// <summary>Carries out what was decided in this step.</summary>
    private void TendExpulsions()
    {
        if (_decidedNow.Count == 0) return;
        foreach (var link in _links.InOrder())
        {
            if (IsExpelled(link.PeerKey)) End(link, LinkVerdict.Expelled, link.PeerKey);
        }

        foreach (var member in _memberTable.InOrder())
        {
            if (member.Identity is { } identity && _decidedNow.Contains(identity)) Outputs.PeerChanged(member.Id);
        }

        _isCountStale = true;
        _decidedNow.Clear();
    }
}
