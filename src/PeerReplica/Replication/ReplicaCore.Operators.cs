using PeerReplica.Causality;
using PeerReplica.Crdts;

namespace PeerReplica.Replication;

/// <summary>
/// Whose decisions on identities count, where <see cref="CoreOptions.IsOperator"/> restricts that.
/// <list type="number">
/// <item>A decision counts here once this replica has been linked with its author under an operator's identity, and from then on, also
/// when the author is gone. Every replica keeps and passes on all decisions, so that states stay equal.</item>
/// <item>A decision that does not count is reported once for each author: at once where the author's identity is known, else
/// after a while, since its author may be about to connect.</item>
/// <item>Of several decisions on one identity that count the one with the greatest timestamp holds.</item>
/// </list>
/// </summary>
internal sealed partial class ReplicaCore
{
    /// <summary>Authors whose decisions do not count that are remembered, so that each is reported once. Peers can make authors up.</summary>
    private const int MaxIgnoredAuthors = 256;

    /// <summary>Runs of operators' processes that are remembered.</summary>
    private const int MaxOperators = 4096;

    private readonly SortedSet<ReplicaId> _operators = [];

    /// <summary>Authors whose decisions do not count, and when to report that; never where that was done.</summary>
    private readonly SortedDictionary<ReplicaId, Instant> _ignoredAuthors = [];
    private Instant _nextIgnored = Instant.Never;

    /// <summary>How long an author of decisions may take to connect before they are reported.</summary>
    private TimeSpan OperatorGrace => _options.PeerTimeout * 2;

    /// <summary>How many identities have a decision that counts.</summary>
    private int CountOfDecisions()
    {
        if (_options.IsOperator is null) return _expulsions.Count;
        var count = 0;
        foreach (var entry in _expulsions.Entries)
        {
            if (LastThatCounts((OpaqueEntry)entry) is not null) count++;
        }

        return count;
    }

    /// <summary>Whether an author's decisions take the room that is kept for operators'.</summary>
    private bool IsKnownOperator(ReplicaId author) => _options.IsOperator is not null && (author == Self || _operators.Contains(author));

    private bool IsDecisive(ReplicaId author) => _options.IsOperator is null || IsKnownOperator(author);

    /// <summary>A decision came to be here.</summary>
    private void OnDecision(Record record)
    {
        if (_options.IsOperator is null) return;
        var author = Store.Origins[record.Origin];
        if (IsDecisive(author))
        {
            OnExpulsionChanged((OpaqueEntry)record.Parent);
            return;
        }

        if (_ignoredAuthors.Count >= MaxIgnoredAuthors) return;
        var isKnown = IdentityOf(author) is not null;
        if (!_ignoredAuthors.TryAdd(author, isKnown ? _now : _now + OperatorGrace)) return;
        _nextIgnored = Instant.Min(_nextIgnored, _ignoredAuthors[author]);
    }

    /// <summary>A link is open: decisions of an operator's that are here already count from now on.</summary>
    private void NoteOperator(Link link)
    {
        if (_options.IsOperator is not { } isOperator || link.Identity is not { } identity || !isOperator(identity)) return;
        if (_operators.Count >= MaxOperators || !_operators.Add(link.Peer!.Id)) return;
        _ignoredAuthors.Remove(link.Peer.Id);
        foreach (var entry in _expulsions.Entries) OnExpulsionChanged((OpaqueEntry)entry);
    }

    private Record? LastThatCounts(OpaqueEntry entry)
    {
        if (_options.IsOperator is null) return Store.LastWriter(entry);
        Record? last = null;
        for (var record = entry.Components; record is not null; record = record.NextComponent)
        {
            if (!record.IsLive || !IsDecisive(Store.Origins[record.Origin])) continue;
            if (last is null || Components.IsLater(record, last, Store.Origins)) last = record;
        }

        return last;
    }

    private void TendOperators()
    {
        if (_nextIgnored > _now)
        {
            WakeAt(_nextIgnored);
            return;
        }

        _nextIgnored = Instant.Never;
        foreach (var (author, due) in _ignoredAuthors.ToArray())
        {
            if (due > _now)
            {
                _nextIgnored = Instant.Min(_nextIgnored, due);
                continue;
            }

            _ignoredAuthors[author] = Instant.Never;
            Outputs.Add(CoreOutputKind.DecisionIgnored, $"'{NameOf(author)}' ({IdentityOf(author) ?? "never linked with this replica"})");
        }

        WakeAt(_nextIgnored);
    }
}
