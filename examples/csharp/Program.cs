// Runs one of the examples: bot URL KEY CALL TENANT, or receiver PORT SECRET.
switch (args[0])
{
    case "bot":
        SampleBot.Run(new Uri(args[1]), args[2], args[3], args[4]);
        break;
    case "receiver":
        await CallEndedReceiver.RunAsync(args[1], args[2]);
        break;
}
