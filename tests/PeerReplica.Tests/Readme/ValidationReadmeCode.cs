using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace PeerReplica.Tests.Readme;

/// <summary>The code of the page about validators, so that it compiles.</summary>
internal static class ValidationReadmeCode
{
    public static void Register(HostApplicationBuilder builder)
    {
        builder.Services.AddPeerReplica()
            .AddMap<string, decimal>("prices", o => o.Validate = change =>
                change.Value >= 0 ? ChangeVerdict.Accepted : ChangeVerdict.Refused("A price is negative."))
            .AddSet<string>("tags", o => o.Validate = change =>
                change.Value.Length <= 40 ? ChangeVerdict.Accepted : ChangeVerdict.Refused("A tag is too long."))
            .AddPresence<int>("load", o => o.Validate = change =>
                change.Key == change.Origin ? ChangeVerdict.Accepted : ChangeVerdict.Refused("It is of another replica."));
    }

    public static string Write(IReplicatedMap<string, decimal> prices, string id, decimal price)
    {
        try
        {
            prices.Set(id, price);
        }
        catch (ChangeRefusedException e)
        {
            return $"{e.Key}: {e.Reason}";
        }

        return "written";
    }
}
