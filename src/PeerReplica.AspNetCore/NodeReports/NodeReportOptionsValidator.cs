using Microsoft.Extensions.Options;

namespace PeerReplica.AspNetCore.NodeReports;

internal sealed class NodeReportOptionsValidator : IValidateOptions<NodeReportOptions>
{
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, NodeReportOptions options)
    {
        var faults = new List<string>();
        if (options.Interval < TimeSpan.FromSeconds(1) || options.Interval > s_longest)
            faults.Add($"AddNodeReport: Interval is {options.Interval}; it must be from 1 s to 1 h.");
        if (options.WatchedInterval < TimeSpan.FromMilliseconds(200) || options.WatchedInterval > s_longest)
            faults.Add($"AddNodeReport: WatchedInterval is {options.WatchedInterval}; it must be from 200 ms to 1 h.");
        if (options.MaxLinks is < 0 or > 256) faults.Add($"AddNodeReport: MaxLinks is {options.MaxLinks}; it must be from 0 to 256.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
