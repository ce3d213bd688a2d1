using PeerReplica.Causality;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// Advertised addresses that nobody can connect to.
/// <list type="number">
/// <item>A replica checks the advertised address of each linked member that it has not reached there by its own dialing: it connects, says nothing, and waits for the member's Hello.
/// The link with the member is not touched.</item>
/// <item>After two failures in a row it tells the member, and repeats that with every further check until one succeeds.</item>
/// <item>What a peer tells is kept with its link, for a while, for the health report.</item>
/// <item>The host that such a peer sees is advertised beside the address, a few at most, so that members without a link can connect there.</item>
/// </list>
/// </summary>
internal sealed partial class ReplicaCore
{
    private const int FailuresToReport = 2;
    private const int MaxCheckedAddresses = 8;

    /// <summary>Where peers that cannot connect to the advertised address see this replica, oldest first.</summary>
    private readonly List<string> _alternatives = [];

    private static readonly TimeSpan s_checkAgain = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_reportLasts = TimeSpan.FromSeconds(75);

    private void TendAddressChecks()
    {
        foreach (var member in _memberTable.InOrder())
        {
            var check = member.AddressCheck;
            if (member.Link is null || check.IsConfirmed || check.IsUnderWay) continue;
            if (_now < check.NextAt)
            {
                if (check.NextAt != Instant.Never) WakeAt(check.NextAt);
                continue;
            }

            if (HasAnswered(member)) Confirm(member);
            else BeginCheck(member);
        }
    }

    /// <summary>Whether the member answered at its advertised address when this replica dialed it.</summary>
    private bool HasAnswered(Member member)
    {
        foreach (var target in _targets)
        {
            if (target.Replica == member.Id && string.Equals(target.Address, member.Address, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    private void BeginCheck(Member member)
    {
        member.AddressCheck.Verdict = AddressVerdict.NoAnswer;
        if (!_options.ResolvesNames || IsLiteral(member.Address))
        {
            DialForCheck(member, [member.Address]);
            return;
        }

        member.AddressCheck.QueryId = ++_lastQueryId;
        Outputs.Resolve(member.AddressCheck.QueryId, member.Address);
    }

    /// <summary>Takes the answer to a query that a check made; false if none did.</summary>
    private bool TryResolveForCheck(long queryId, IReadOnlyList<string> addresses)
    {
        foreach (var member in _memberTable.InOrder())
        {
            if (member.AddressCheck.QueryId != queryId) continue;
            member.AddressCheck.QueryId = 0;
            if (addresses.Count > 0) DialForCheck(member, addresses);
            else EndCheck(member, AddressVerdict.NotResolved);
            return true;
        }

        return false;
    }

    private void DialForCheck(Member member, IReadOnlyList<string> addresses)
    {
        for (var i = 0; i < addresses.Count && i < MaxCheckedAddresses; i++)
        {
            if (_options.WhyNotDialed(member.Address, addresses[i]) is not null) continue;
            member.AddressCheck.Dials.Add(++_lastDialId);
            Outputs.Dial(_lastDialId, addresses[i]);
        }

        // What is not dialed is not checked either, and nothing is told of it.
        if (member.AddressCheck.Dials.Count == 0) member.AddressCheck.NextAt = Instant.Never;
    }

    /// <summary>The member whose address an attempt checks; null when it is for a link.</summary>
    private Member? CheckedBy(long dialId)
    {
        foreach (var member in _memberTable.InOrder())
        {
            if (member.AddressCheck.Dials.Contains(dialId)) return member;
        }

        return null;
    }

    /// <summary>One attempt of a check is over; the last one decides.</summary>
    private void EndDialForCheck(Member member, long dialId, AddressVerdict verdict)
    {
        var check = member.AddressCheck;
        if (!check.Dials.Remove(dialId)) return;
        if (verdict != AddressVerdict.NoAnswer) check.Verdict = verdict;
        if (verdict == AddressVerdict.Reached) Confirm(member);
        else if (check.Dials.Count == 0 && !check.IsConfirmed) EndCheck(member, check.Verdict);
    }

    /// <summary>The other end of a check's connection has said who it is.</summary>
    private void OnHelloForCheck(Link link, ReplicaId answered)
    {
        var (member, dialId) = link.Check!.Value;
        EndDialForCheck(member, dialId, answered == member.Id ? AddressVerdict.Reached : AddressVerdict.AnotherReplica);
        Drop(link);
    }

    /// <summary>Ends a connection without a word.</summary>
    private void Drop(Link link)
    {
        Outputs.Close(link, LinkVerdict.Duplicate, null);
        Detach(link);
        _closed.Add(link.Id);
    }

    private void EndCheck(Member member, AddressVerdict verdict)
    {
        var check = member.AddressCheck;
        check.Failures++;
        check.NextAt = _now + (check.Failures < FailuresToReport ? _options.PeerTimeout : s_checkAgain);
        if (check.Failures < FailuresToReport || member.Link is not { } link) return;
        check.IsReported = true;
        SendAddressReport(link, verdict);
    }

    private void Confirm(Member member)
    {
        var check = member.AddressCheck;
        check.IsConfirmed = true;
        check.Failures = 0;
        if (!check.IsReported || member.Link is not { } link) return;
        check.IsReported = false;
        SendAddressReport(link, AddressVerdict.Reached);
    }

    /// <summary>A link with a member has opened: its address is checked once the cluster has had time to settle.</summary>
    private void ScheduleCheck(Member member)
    {
        member.AddressCheck.NextAt = _now + _options.PeerTimeout;
        member.AddressCheck.Failures = 0;
    }

    private void SendAddressReport(Link link, AddressVerdict verdict)
    {
        var offset = BeginFrame();
        MessageWriter.Write(Outputs.Frames, new AddressReport(verdict, HostOf(link.RemoteAddress)));
        EndFrame(link, offset, MessageType.AddressReport);
    }

    /// <summary>
    /// A peer says whether it can connect to the address that is advertised here. If it cannot, the host that it sees is advertised as
    /// well, for members that have no link to see one by.
    /// </summary>
    private bool OnAddressReport(Link link, in AddressReport report)
    {
        link.AddressVerdict = report.Verdict;
        link.AddressVerdictUntil = _now + s_reportLasts;
        if (report.Verdict != AddressVerdict.Reached && report.ObservedHost is { } host) AdvertiseToo(host);
        return true;
    }

    private void AdvertiseToo(string host)
    {
        var address = WithPortOf(host, _options.Address);
        if (!MembersObject.IsAlternative(address) || address == _options.Address || _alternatives.Contains(address)) return;
        if (_alternatives.Count == MembersObject.MaxAlternatives) _alternatives.RemoveAt(0);
        _alternatives.Add(address);
        _mustAnnounce = true;
    }
}
