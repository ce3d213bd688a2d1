using PeerReplica.Escrow;

namespace PeerReplica.Replication;

/// <summary>
/// Voters that contradict themselves. Where votes are checked, two records of one voter that no honest voter writes are proof, for whoever has
/// both from the voter's own link: it is an offence. What others pass on of a voter proves nothing of it, and is no offence of theirs.
/// </summary>
internal sealed partial class ReplicaCore
{
    private const int MaxSpoken = 1024;

    private readonly SortedDictionary<ReplicaId, string> _lies = [];

    /// <summary>What each linked voter said last on its own link.</summary>
    private readonly Dictionary<ReplicaId, ConsensusRecord> _spoken = [];

    private void CompareVotes(ReplicaId voter, ConsensusRecord record)
    {
        if (!_options.ChecksVotes) return;
        if (ShownByOrigin(voter, isStrict: false) is null)
        {
            _spoken.Remove(voter);
            return;
        }

        // Replicas that were linked once stay in it until then; whoever is compared anew afterwards loses one comparison.
        if (_spoken.Count > MaxSpoken) _spoken.Clear();
        if (_spoken.TryGetValue(voter, out var before) && VoterFault.Find(before, record) is { } fault) FoundLie(voter, fault);
        _spoken[voter] = record;
    }

    private void FoundLie(ReplicaId voter, string detail)
    {
        if (ShownByOrigin(voter, isStrict: false) is not null) _lies[voter] = detail;
    }

    private void JudgeLies()
    {
        if (_lies.Count == 0) return;
        foreach (var (voter, detail) in _lies)
        {
            if (OpenLinkWith(voter) is { Identity: not null } link) Offend(link, LinkVerdict.Malformed, $"as a voter {detail}");
        }

        _lies.Clear();
    }
}
