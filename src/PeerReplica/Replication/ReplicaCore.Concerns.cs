using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>
/// Who counts for a concern. A majority, and all, are of this replica and the members known to it, at least as many as <see cref="CoreOptions.ExpectedReplicas"/>. A run that was
/// superseded does not count: an earlier run of this instance, or a member without a link whose node name and address
/// a linked member has now. Nor does a member whose identity is expelled.
/// </summary>
internal sealed partial class ReplicaCore
{
    private readonly HashSet<(string NodeName, string Address)> _linkedInstances = [];
    private bool _isCountStale = true;
    private int _counted;

    /// <summary>Of how many replicas a majority is more than half.</summary>
    public int GroupSize
    {
        get
        {
            Count();
            return Math.Max(_counted, _options.ExpectedReplicas);
        }
    }

    /// <summary>How many replicas that are expected have not been met.</summary>
    public int UnmetReplicas
    {
        get
        {
            Count();
            return Math.Max(0, _options.ExpectedReplicas - _counted);
        }
    }

    /// <summary>The members that count, this replica not counted.</summary>
    public IEnumerable<Member> CountedMembers
    {
        get
        {
            Count();
            return _memberTable.Values.Where(m => !m.IsSuperseded);
        }
    }

    /// <summary>Whether a peer that answered a probe counts.</summary>
    public bool IsCounted(ReplicaId id)
    {
        Count();
        return _memberTable.TryGetValue(id, out var member) && !member.IsSuperseded;
    }

    /// <summary>Whether a member is known to contain our own changes up to a sequence number.</summary>
    public static bool IsHolding(Member member, ulong sequence) => (member.Link?.Known ?? member.Row)[OriginTable.Self] >= sequence;

    /// <summary>How many replicas, this one counted, are known to contain our own changes up to a sequence number.</summary>
    /// <param name="sequence">The sequence number.</param>
    /// <param name="ofGroup">Whether only members count, and not a linked peer that is no member yet, or no longer.</param>
    public int Holding(ulong sequence, bool ofGroup = false)
    {
        Count();
        var count = 1;
        foreach (var member in _memberTable.InOrder())
        {
            if (!member.IsSuperseded && IsHolding(member, sequence)) count++;
        }

        if (ofGroup) return count;
        foreach (var link in _links.InOrder())
        {
            if (link.IsOpen && link.Known[OriginTable.Self] >= sequence && !_memberTable.ContainsKey(link.Peer!.Id)) count++;
        }

        return count;
    }

    private void Count()
    {
        if (!_isCountStale) return;
        _isCountStale = false;
        _linkedInstances.Clear();
        foreach (var member in _memberTable.InOrder())
        {
            if (member.Link is not null) _linkedInstances.Add((member.NodeName, member.Address));
        }

        _counted = 1;
        foreach (var member in _memberTable.InOrder())
        {
            var isReplaced = IsOurPast(member) || _linkedInstances.Contains((member.NodeName, member.Address));
            member.IsSuperseded = IsExpelled(member.Identity) || (member.Link is null && isReplaced);
            if (!member.IsSuperseded) _counted++;
        }
    }
}
